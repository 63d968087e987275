import type { ModelNames } from '../../chat/requests/rewrite-request.ts';
import { type FieldSetting, parseFieldSetting } from '../../chat/requests/set-fields.ts';
import type { Cell, Think, Warmup } from '../../model/run.ts';
import type { UserError } from '../../model/user-error.ts';
import { count, durationUs, invalid, positive, share } from '../option-values.ts';

/** Parsers of the options that say how requests are sent; failures as in `option-values`. */

/** How the arrivals of an open loop are spaced, without their rate. */
export type ArrivalShape =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'constant' }
  | { readonly kind: 'poisson' }
  /** `cv` is standard deviation ÷ mean of the gaps. */
  | { readonly kind: 'gamma'; readonly cv: number };

/** `recorded`, `constant`, `poisson` or `gamma:CV`. */
export function arrivalShape(option: string, text: string): ArrivalShape {
  if (text === 'recorded' || text === 'constant' || text === 'poisson') return { kind: text };
  const cv = /^gamma:(.+)$/.exec(text)?.[1];
  if (cv !== undefined) return { kind: 'gamma', cv: positive(`${option} gamma:`, cv) };
  throw invalid(
    option,
    text,
    'is not known',
    'write recorded, constant, poisson or gamma:CV, for example gamma:4',
  );
}

const PER_SECOND: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Requests per second: `10/s`, `90/m`, or `5/s,10/s,20/s` for several cells; a bare number counts per second. */
export function ratesPerSec(option: string, text: string): readonly number[] {
  return text.split(',').map((part) => {
    const match = /^(\d*\.?\d+)(?:\/(s|m|h))?$/.exec(part.trim());
    const rate = Number(match?.[1]) / (PER_SECOND[match?.[2] ?? 's'] ?? 1);
    if (rate > 0) return rate;
    throw invalid(option, text, 'is not a rate', 'write it as 10/s, 90/m or 5/s,10/s,20/s');
  });
}

/** `20,100,200`: the connections of each cell. */
export function connectionCounts(option: string, text: string): readonly number[] {
  return text.split(',').map((part) => count(option, part.trim()));
}

/**
 * One cell for each number of connections, all with the same number of threads.
 * @param threadsGiven else fewer connections have fewer threads
 */
export function cellsOf(
  threads: number,
  connections: readonly number[],
  threadsGiven: boolean,
): readonly Cell[] {
  return connections.map((n) => {
    if (!threadsGiven) return { threads: Math.min(threads, n), connections: n };
    if (n < threads) throw tooFew('--connections', String(n), `is less than --threads ${threads}`);
    return { threads, connections: n };
  });
}

/** The cells of a matrix: `10x20,10x100` (threads × connections), in the order given. */
export function matrixCells(option: string, text: string): readonly Cell[] {
  return text.split(',').map((part) => {
    const match = /^([1-9]\d*)x([1-9]\d*)$/i.exec(part.trim());
    if (match === null) {
      const remedy = 'write loads as THREADSxCONNECTIONS, for example 10x20,10x100';
      throw invalid(option, text, 'is not a matrix', remedy);
    }
    const threads = count(option, match[1] ?? '');
    const connections = count(option, match[2] ?? '');
    if (connections < threads) {
      throw tooFew(option, part.trim(), `is ${connections} connections for ${threads} threads`);
    }
    return { threads, connections };
  });
}

function tooFew(option: string, text: string, problem: string): UserError {
  const remedy = 'every thread needs its own connection, so lower the threads or raise the connections';
  return invalid(option, text, problem, remedy);
}

/** `none`, `recorded`, or a duration. */
export function think(option: string, text: string): Think {
  if (text === 'none' || text === 'recorded') return { kind: text };
  if (/^\d/.test(text)) return { kind: 'fixed', us: durationUs(option, text) };
  throw invalid(option, text, 'is not known', 'write none, recorded or a time such as 2s');
}

/** A number of requests, or a duration, which needs its unit. */
export function warmup(option: string, text: string): Warmup {
  if (/^\d+$/.test(text)) return { requests: count(option, text) };
  if (/^\d/.test(text)) return { us: durationUs(option, text) };
  throw invalid(option, text, 'is not known', 'write a number of requests or a time such as 30s');
}

/** Repeated `OLD=NEW`, and at most one NAME alone for every other model. */
export function modelNames(option: string, texts: readonly string[]): ModelNames {
  const renamed = new Map<string, string>();
  let others: string | null = null;
  for (const text of texts) {
    const at = text.indexOf('=');
    const [recorded, name] = at === -1 ? [null, text] : [text.slice(0, at), text.slice(at + 1)];
    if (name === '' || recorded === '') {
      throw invalid(option, text, 'names no model', 'write NAME or OLD=NEW');
    }
    if (recorded === null ? others !== null : renamed.has(recorded)) {
      throw invalid(option, text, 'gives a second name for the same model', 'name each model once');
    }
    if (recorded === null) others = name;
    else renamed.set(recorded, name);
  }
  return { renamed, others };
}

/** `JSONPATH=VALUE`, the value in JSON. */
export function fieldSetting(option: string, text: string): FieldSetting {
  const setting = parseFieldSetting(text);
  if (setting === 'noPath') {
    throw invalid(option, text, 'names no field', 'write for example temperature=0 or stream_options=null');
  }
  if (setting !== 'noValue') return setting;
  throw invalid(option, text, 'has no JSON value', `quote texts, for example 'user="me"'`);
}

/** A share of failed answers, or `off` for those who look for the breaking point. */
export function maxErrors(option: string, text: string): number | null {
  return text === 'off' ? null : share(option, text);
}

/** A number of threads, null for as many as help. */
export function workers(option: string, text: string): number | null {
  return text === 'auto' ? null : count(option, text);
}

const MAX_SEED = 0xffffffff;

/** A whole number of 32 bits. */
export function seed(option: string, text: string): number {
  const value = count(option, text, 0);
  if (value <= MAX_SEED) return value;
  throw invalid(option, text, `is above ${MAX_SEED}`, 'write a smaller number');
}
