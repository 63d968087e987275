import type { Exchange } from '../../model/exchange.ts';
import { OUTCOMES } from '../../model/outcome.ts';
import { UserError } from '../../model/user-error.ts';
import { durationUs, oneOf } from '../option-values.ts';

/** Which exchanges are replayed. */
export interface Selection {
  fits(exchange: Exchange, instant: Instant): boolean;
  /** Names that must be on the tape, or they were mistyped. */
  readonly names: readonly SelectedName[];
}

/** A name of the traffic that a condition asks for. */
export interface SelectedName {
  readonly key: NameKey;
  readonly name: string;
}

type NameKey = 'model' | 'path' | 'session';

/** The name of an exchange that a condition compares. */
export const NAME_OF: Readonly<Record<NameKey, (exchange: Exchange) => string | null>> = {
  model: ({ model }) => model,
  path: ({ path }) => path.split('?', 1)[0] ?? path,
  session: ({ sessionKey }) => sessionKey,
};

/** Whether one condition holds. */
type Condition = (exchange: Exchange, instant: Instant) => boolean;

/** When an exchange arrived, in both ways in which a user may say it. */
export interface Instant {
  /** Wall clock, ms since 1970. */
  readonly wallMs: number;
  /** Since the tape's first arrival, microseconds. */
  readonly sinceFirstUs: number;
}

/** What a condition such as `model=m` requires, by its key; of several values, separated by commas, one must match. */
const KEYS: Readonly<Record<string, (value: string) => Condition>> = {
  model: (value) => nameIn('model', value),
  path: (value) => nameIn('path', value),
  session: (value) => nameIn('session', value),
  status: (value) => oneOfValues(value, hasStatus),
  outcome: (value) =>
    oneOfValues(value, (text) => {
      const expected = oneOf('--select outcome', text, OUTCOMES);
      return ({ outcome }) => outcome === expected;
    }),
  stream: (value) => {
    const expected = oneOf('--select stream', value, ['on', 'off']) === 'on';
    return ({ stream }) => stream === expected;
  },
  since: (value) => arrivedBy('since', value, (at, limit) => at >= limit),
  until: (value) => arrivedBy('until', value, (at, limit) => at < limit),
};

/**
 * Reads `--select 'model=m status=200 since=10m'`, given once or several times: every condition must hold.
 * @throws UserError for a condition that is not understood
 */
export function parseSelection(options: readonly string[]): Selection {
  const conditions = options.flatMap((option) => option.split(/\s+/)).filter((condition) => condition !== '');
  const names: SelectedName[] = [];
  const asked = conditions.map((condition) => {
    const at = condition.indexOf('=');
    const key = condition.slice(0, Math.max(at, 0));
    const value = condition.slice(at + 1);
    const ask = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (ask === undefined || value === '') {
      throw new UserError(
        `--select ${condition} is not understood: write KEY=VALUE with one of the keys ${Object.keys(KEYS).join(', ')}`,
      );
    }
    if (isNameKey(key)) names.push(...value.split(',').map((name) => ({ key, name })));
    return ask(value);
  });
  return { fits: (exchange, instant) => asked.every((fits) => fits(exchange, instant)), names };
}

function isNameKey(key: string): key is NameKey {
  return Object.hasOwn(NAME_OF, key);
}

function nameIn(key: NameKey, value: string): Condition {
  const names = new Set<string | null>(value.split(','));
  return (exchange) => names.has(NAME_OF[key](exchange));
}

function oneOfValues(value: string, ask: (part: string) => Condition): Condition {
  const asked = value.split(',').map(ask);
  return (exchange, instant) => asked.some((fits) => fits(exchange, instant));
}

/** `200`, a class such as `2xx`, or `none` where no answer came. */
function hasStatus(text: string): Condition {
  if (text === 'none') return ({ status }) => status === null;
  if (!/^[1-5](\d\d|xx)$/.test(text)) {
    throw new UserError(`--select status=${text} is not a status: write it as 200, 2xx or none`);
  }
  return ({ status }) => String(status).startsWith(text.replace('xx', ''));
}

/** A time of day such as `2026-11-24T12:30`, local unless it ends in Z or an offset; or a time since the first arrival. */
function arrivedBy(key: string, text: string, compare: (at: number, limit: number) => boolean): Condition {
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const limitMs = Date.parse(text.includes('T') ? text : `${text}T00:00`);
    if (Number.isNaN(limitMs)) {
      throw new UserError(`--select ${key}=${text} is not a time: write it as 2026-11-24T12:30`);
    }
    return (_exchange, { wallMs }) => compare(wallMs, limitMs);
  }
  const limitUs = durationUs(`--select ${key}`, text, Number.POSITIVE_INFINITY);
  return (_exchange, { sinceFirstUs }) => compare(sinceFirstUs, limitUs);
}
