import type { ModelNames } from '../../chat/rewrite-request.ts';
import type { Think, Warmup } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { count, durationUs, positive } from '../option-values.ts';

/** Turns the words that say how requests are sent into values; failures as in `option-values`. */

/** How the arrivals of an open loop are spaced, without their rate. */
export type ArrivalShape =
  | { readonly kind: 'recorded' }
  | { readonly kind: 'constant' }
  | { readonly kind: 'poisson' }
  /** `cv` is standard deviation ÷ mean of the gaps. */
  | { readonly kind: 'gamma'; readonly cv: number };

/** `recorded`, `constant`, `poisson` or `gamma:CV`. */
export function arrivalShape(option: string, word: string): ArrivalShape {
  if (word === 'recorded' || word === 'constant' || word === 'poisson') return { kind: word };
  const cv = /^gamma:(.+)$/.exec(word)?.[1];
  if (cv === undefined) {
    throw new UserError(
      `${option} ${word} is not known: write recorded, constant, poisson or gamma:CV, for example gamma:4`,
    );
  }
  return { kind: 'gamma', cv: positive(`${option} gamma:`, cv) };
}

const PER_SECOND: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** Requests per second: `10/s`, `90/m`, or `5/s,10/s,20/s` for several cells; a bare number counts per second. */
export function ratesPerSec(option: string, word: string): readonly number[] {
  return word.split(',').map((part) => {
    const match = /^(\d*\.?\d+)(?:\/(s|m|h))?$/.exec(part.trim());
    const rate = Number(match?.[1]) / (PER_SECOND[match?.[2] ?? 's'] ?? 1);
    if (!(rate > 0)) {
      throw new UserError(`${option} ${word} is not a rate: write it as 10/s, 90/m or 5/s,10/s,20/s`);
    }
    return rate;
  });
}

/** `none`, `recorded`, or a duration. */
export function think(option: string, word: string): Think {
  if (word === 'none' || word === 'recorded') return { kind: word };
  if (!/^\d/.test(word)) {
    throw new UserError(`${option} ${word} is not known: write none, recorded or a time such as 2s`);
  }
  return { kind: 'fixed', us: durationUs(option, word) };
}

/** A number of requests, or a duration, which must have its unit. */
export function warmup(option: string, word: string): Warmup {
  if (/^\d+$/.test(word)) return { requests: count(option, word) };
  if (!/^\d/.test(word)) {
    throw new UserError(`${option} ${word} is not known: write a number of requests or a time such as 30s`);
  }
  return { us: durationUs(option, word) };
}

/** Repeated `OLD=NEW`, and at most one NAME alone for every model that is not named. */
export function modelNames(option: string, words: readonly string[]): ModelNames {
  const renamed = new Map<string, string>();
  let others: string | null = null;
  for (const word of words) {
    const at = word.indexOf('=');
    const [recorded, name] = at === -1 ? [null, word] : [word.slice(0, at), word.slice(at + 1)];
    if (name === '' || recorded === '') {
      throw new UserError(`${option} ${word === '' ? "''" : word} names no model: write NAME or OLD=NEW`);
    }
    if (recorded === null ? others !== null : renamed.has(recorded)) {
      throw new UserError(`${option} ${word} gives a second name for the same model: give each one once`);
    }
    if (recorded === null) others = name;
    else renamed.set(recorded, name);
  }
  return { renamed, others };
}

/** A number of threads, null for as many as help. */
export function workers(option: string, word: string): number | null {
  return word === 'auto' ? null : count(option, word);
}

const MAX_SEED = 0xffffffff;

/** A whole number of 32 bits. */
export function seed(option: string, word: string): number {
  const value = count(option, word, 0);
  if (value > MAX_SEED) throw new UserError(`${option} ${word} is above ${MAX_SEED}: write a smaller number`);
  return value;
}
