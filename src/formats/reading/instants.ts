import { numberOf } from './numbers.ts';

/** Microseconds since 1970 are exact in a double until 2255. */

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;

/**
 * A date and time of ISO 8601, with a `T` or a space and up to nine fractional digits, as microseconds since 1970. Without
 * a zone it is UTC, as all tools have it that leave the zone out. Null for anything else.
 */
export function isoUs(text: unknown): number | null {
  const match = typeof text === 'string' ? ISO.exec(text) : null;
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const fractionUs = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6));
  // A month or a day that does not exist would be taken for one of the next.
  const isDate = new Date(ms - (second === 60 ? 1e3 : 0)).toISOString().startsWith(match[0].slice(0, 10));
  const isTime = hour < 24 && minute < 60 && second < 61;
  return isDate && isTime ? (ms - offsetMs(match[8] ?? 'Z')) * 1e3 + fractionUs : null;
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -ms : ms;
}

/** Later than any time that a file can mean, microseconds: doubles are exact below. */
const LATEST_US = 9e15;

/** A number of units, which may be text, as microseconds; null for what is no number, or lies before 1970 or after 2255. */
export function unitsUs(value: unknown, usPerUnit: number): number | null {
  const us = Math.round((numberOf(value) ?? Number.NaN) * usPerUnit);
  return us >= 0 && us <= LATEST_US ? us : null;
}

/** Nanoseconds, as a number or as decimal text, which keeps digits that a number has not. */
export function nanosecondsUs(value: unknown): number | null {
  if (typeof value === 'number') return unitsUs(value, 1e-3);
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) return null;
  return unitsUs(Number(value.slice(0, -3)), 1);
}

/** From where on a number is no time in seconds, milliseconds or microseconds any more, with the unit of what lies above: the year 5138. */
const SMALLER_UNITS = [
  { from: 1e17, usPerUnit: 1e-3 },
  { from: 1e14, usPerUnit: 1 },
  { from: 1e11, usPerUnit: 1e3 },
] as const;

/** Seconds as a number, or ISO 8601. A number too large for seconds since 1970 has the smaller unit that it fits. */
export function secondsUs(value: unknown): number | null {
  const number = numberOf(value);
  if (number === null) return isoUs(value);
  return unitsUs(number, SMALLER_UNITS.find(({ from }) => number >= from)?.usPerUnit ?? 1e6);
}
