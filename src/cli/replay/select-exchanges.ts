import { type Exchange, withoutQuery } from '../../model/exchange.ts';
import { OUTCOMES } from '../../model/outcome.ts';
import { UserError } from '../../model/user-error.ts';
import { durationUs, oneOf } from '../option-values.ts';

/** Which exchanges are replayed. */
export interface Selection {
  fits(exchange: Exchange, instant: Instant): boolean;
  /** What the tape must have, or the condition was mistyped or passed over in silence. */
  readonly names: readonly SelectedName[];
}

/** What a condition asks of the names of the traffic. */
export interface SelectedName {
  readonly key: NameKey;
  readonly name: string;
  fits(there: string): boolean;
}

type NameKey = 'model' | 'path' | 'session' | 'status' | 'outcome' | 'stream';

/** The name of an exchange that a condition compares. */
export const NAME_OF: Readonly<Record<NameKey, (exchange: Exchange) => string | null>> = {
  model: ({ model }) => model,
  path: ({ path }) => withoutQuery(path),
  session: ({ sessionKey }) => sessionKey,
  status: ({ status }) => (status === null ? 'none' : String(status)),
  outcome: ({ outcome }) => outcome,
  stream: ({ stream }) => (stream ? 'on' : 'off'),
};

/** Whether a name fits one value of a condition; throws for a value that the key cannot have. */
const VALUES: Readonly<Record<NameKey, (value: string) => (there: string) => boolean>> = {
  model: equals,
  path: equals,
  session: equals,
  status: hasStatus,
  outcome: (value) => equals(oneOf('--select outcome', value, OUTCOMES)),
  stream: (value) => equals(oneOf('--select stream', value, ['on', 'off'])),
};

/** Names that the traffic chose: each one of a list must be on the tape. Of the others, one of a list is enough. */
const FREE: ReadonlySet<NameKey> = new Set<NameKey>(['model', 'path', 'session']);

/** Whether one condition holds. */
type Condition = (exchange: Exchange, instant: Instant) => boolean;

/** When an exchange arrived, in both ways in which a user may say it. */
export interface Instant {
  /** Wall clock, ms since 1970. */
  readonly wallMs: number;
  /** Since the tape's first arrival, microseconds. */
  readonly sinceFirstUs: number;
}

/** The keys of times. */
const TIMES: Readonly<Record<string, (value: string) => Condition>> = {
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
    if (isNameKey(key) && value !== '') {
      const asked = selectedNames(key, value);
      names.push(...asked);
      return hasName(key, asked);
    }
    const ask = Object.hasOwn(TIMES, key) ? TIMES[key] : undefined;
    if (ask === undefined || value === '') {
      const keys = [...Object.keys(NAME_OF), ...Object.keys(TIMES)].join(', ');
      throw new UserError(
        `--select ${condition} is not understood: write KEY=VALUE with one of the keys ${keys}`,
      );
    }
    return ask(value);
  });
  return { fits: (exchange, instant) => asked.every((fits) => fits(exchange, instant)), names };
}

function isNameKey(key: string): key is NameKey {
  return Object.hasOwn(NAME_OF, key);
}

/** Of several values, separated by commas, one must match. */
function selectedNames(key: NameKey, value: string): readonly SelectedName[] {
  const each = value.split(',').map((name) => ({ key, name, fits: VALUES[key](name) }));
  if (FREE.has(key)) return each;
  return [{ key, name: value, fits: (there) => each.some(({ fits }) => fits(there)) }];
}

function hasName(key: NameKey, asked: readonly SelectedName[]): Condition {
  return (exchange) => {
    const there = NAME_OF[key](exchange);
    return there !== null && asked.some(({ fits }) => fits(there));
  };
}

/** Fits that name alone. */
export function equals(name: string): (there: string) => boolean {
  return (there) => there === name;
}

/** `200`, a class such as `2xx`, or `none` where no answer came. */
function hasStatus(text: string): (there: string) => boolean {
  if (text !== 'none' && !/^[1-5](\d\d|xx)$/.test(text)) {
    throw new UserError(`--select status=${text} is not a status: write it as 200, 2xx or none`);
  }
  return (there) => there.startsWith(text.replace('xx', ''));
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
