import type { Exchange } from '../../model/exchange.ts';
import { OUTCOMES } from '../../model/outcome.ts';
import { UserError } from '../../model/user-error.ts';
import { durationUs, oneOf } from '../option-values.ts';

/** True for an exchange that is wanted. */
export type Selection = (exchange: Exchange, instant: Instant) => boolean;

/** When an exchange arrived, in both ways in which a user may say it. */
export interface Instant {
  /** Wall clock, ms since 1970. */
  readonly wallMs: number;
  /** Since the tape's first arrival, microseconds. */
  readonly sinceFirstUs: number;
}

/** What a word such as `model=m` asks, by its key; of several values, separated by commas, one must fit. */
const KEYS: Readonly<Record<string, (value: string) => Selection>> = {
  model: (value) =>
    oneOfValues(
      value,
      (name) =>
        ({ model }) =>
          model === name,
    ),
  path: (value) => oneOfValues(value, (path) => (exchange) => exchange.path.split('?', 1)[0] === path),
  session: (value) =>
    oneOfValues(
      value,
      (key) =>
        ({ sessionKey }) =>
          sessionKey === key,
    ),
  status: (value) => oneOfValues(value, hasStatus),
  outcome: (value) =>
    oneOfValues(value, (word) => {
      const wanted = oneOf('--select outcome', word, OUTCOMES);
      return ({ outcome }) => outcome === wanted;
    }),
  stream: (value) => {
    const wanted = oneOf('--select stream', value, ['on', 'off']) === 'on';
    return ({ stream }) => stream === wanted;
  },
  since: (value) => arrivedBy('since', value, (at, limit) => at >= limit),
  until: (value) => arrivedBy('until', value, (at, limit) => at < limit),
};

/**
 * Reads `--select 'model=m status=200 since=10m'`, given once or several times: every word must fit.
 * @throws UserError for a word that asks nothing
 */
export function parseSelection(options: readonly string[]): Selection {
  const words = options.flatMap((option) => option.split(/\s+/)).filter((word) => word !== '');
  const asked = words.map((word) => {
    const at = word.indexOf('=');
    const key = word.slice(0, Math.max(at, 0));
    const value = word.slice(at + 1);
    const ask = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (ask === undefined || value === '') {
      throw new UserError(
        `--select ${word} asks nothing: write KEY=VALUE with one of the keys ${Object.keys(KEYS).join(', ')}`,
      );
    }
    return ask(value);
  });
  return (exchange, instant) => asked.every((fits) => fits(exchange, instant));
}

function oneOfValues(value: string, ask: (part: string) => Selection): Selection {
  const asked = value.split(',').map(ask);
  return (exchange, instant) => asked.some((fits) => fits(exchange, instant));
}

/** `200`, a class such as `2xx`, or `none` where no answer came. */
function hasStatus(word: string): Selection {
  if (word === 'none') return ({ status }) => status === null;
  if (!/^[1-5](\d\d|xx)$/.test(word)) {
    throw new UserError(`--select status=${word} is no status: write it as 200, 2xx or none`);
  }
  return ({ status }) => String(status).startsWith(word.replace('xx', ''));
}

/** A time of day such as `2026-11-24T12:30`, local unless it ends in Z or an offset; or a time since the first arrival. */
function arrivedBy(key: string, word: string, compare: (at: number, limit: number) => boolean): Selection {
  if (/^\d{4}-\d{2}-\d{2}/.test(word)) {
    const limitMs = Date.parse(word.includes('T') ? word : `${word}T00:00`);
    if (Number.isNaN(limitMs)) {
      throw new UserError(`--select ${key}=${word} is no time: write it as 2026-11-24T12:30`);
    }
    return (_exchange, { wallMs }) => compare(wallMs, limitMs);
  }
  const limitUs = durationUs(`--select ${key}`, word, Number.POSITIVE_INFINITY);
  return (_exchange, { sinceFirstUs }) => compare(sinceFirstUs, limitUs);
}
