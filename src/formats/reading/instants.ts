/** Microseconds since 1970 are exact in a double until 2255. */

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i;

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
  const isDate =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 61;
  return isDate ? (ms - offsetMs(match[8] ?? 'Z')) * 1e3 + fractionUs : null;
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? [];
  const ms = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  return sign === '-' ? -ms : ms;
}

/** Later than any time that a file can mean, microseconds: doubles are exact below. */
const LATEST_US = 9e15;

/** A number of units as microseconds; null for what is no number, or lies before 1970 or after 2255. */
export function unitsUs(value: unknown, usPerUnit: number): number | null {
  const us = typeof value === 'number' ? Math.round(value * usPerUnit) : Number.NaN;
  return us >= 0 && us <= LATEST_US ? us : null;
}

/** Nanoseconds, as a number or as decimal text, which keeps digits that a number has not. */
export function nanosecondsUs(value: unknown): number | null {
  if (typeof value === 'number') return unitsUs(value, 1e-3);
  if (typeof value !== 'string' || !/^\d{1,19}$/.test(value)) return null;
  return unitsUs(Number(value.slice(0, -3)), 1);
}

/** Seconds as a number, or ISO 8601. */
export function secondsUs(value: unknown): number | null {
  return unitsUs(value, 1e6) ?? isoUs(value);
}
