import { UserError } from '../../model/user-error.ts';
import { DIALECTS } from '../dialect.ts';
import type { FixedProfile, LatencyProfile, SteppedProfile } from '../engine/latency-profile.ts';
import { PROFILES } from './profiles.ts';

/** Refuses a value that is not as it must be; `path` names it in the error: `mine.json: step.noise.white`. */
type Check = (value: unknown, path: string) => void;

/** Refuses what does not hold, with the words for what must be. */
function must<T>(what: string, holds: (value: T) => boolean): Check {
  return (value, path) => {
    if (!holds(value as T)) throw wrong(path, value, what);
  };
}

const oneOf = (words: readonly string[]): Check =>
  must<string>(`one of ${words.join(', ')}`, (value) => words.includes(value));
const text = must('a text', (value) => typeof value === 'string' && value !== '');
const whole = must<number>('a whole number above 0', (value) => Number.isSafeInteger(value) && value > 0);
const above = must('a number above 0', (value) => typeof value === 'number' && value > 0);
const atLeast = must('a number of at least 0', (value) => typeof value === 'number' && value >= 0);
const share = must('a number from 0 to 1', (value) => typeof value === 'number' && value >= 0 && value <= 1);

/** An object with exactly these fields. */
function object<T>(fields: { readonly [Name in keyof T]: Check }): Check {
  return (value, path) => {
    if (!isObject(value)) throw wrong(path, value, 'an object');
    const below = (name: string): string => (path.endsWith(': ') ? `${path}${name}` : `${path}.${name}`);
    const names = Object.keys(fields);
    const unknown = Object.keys(value).find((name) => !names.includes(name));
    if (unknown !== undefined) {
      throw new UserError(`${below(unknown)} is not known: the fields here are ${names.join(', ')}`);
    }
    for (const [name, check] of Object.entries<Check>(fields)) {
      if (!(name in value)) throw new UserError(`${below(name)} is missing`);
      check(value[name], below(name));
    }
  };
}

const SERVED = { name: text, model: text, maxModelLen: whole, dialect: oneOf(DIALECTS) };

const fixed = object<FixedProfile>({ kind: oneOf(['fixed']), ...SERVED, ttftMs: atLeast, itlMs: atLeast });

const stepped = object<SteppedProfile>({
  kind: oneOf(['stepped']),
  ...SERVED,
  limits: object<SteppedProfile['limits']>({
    maxNumSeqs: whole,
    maxNumBatchedTokens: whole,
    gpuMemoryUtilization: share,
  }),
  memory: object<SteppedProfile['memory']>({
    gpuGiB: above,
    weightsGiB: above,
    activationsGiB: atLeast,
    kvBytesPerToken: above,
    blockSize: whole,
  }),
  step: object<SteppedProfile['step']>({
    forward: checkForward,
    perContextTokenMs: atLeast,
    perPrefillPairMs: atLeast,
    perStepMs: atLeast,
    perSequenceMs: atLeast,
    perDraftMs: atLeast,
    noise: object({ white: share, drift: share, driftSec: above }),
  }),
  frontEnd: object({ ingestMs: atLeast, egressMs: atLeast, jitter: share }),
});

/** A list of `[tokens, ms]`, tokens rising, or `{weightsMs, perTokenMs}`. */
function checkForward(value: unknown, path: string): void {
  if (!Array.isArray(value)) {
    object({ weightsMs: atLeast, perTokenMs: atLeast })(value, path);
    return;
  }
  if (value.length === 0) throw wrong(path, value, 'at least one [tokens, ms]');
  let before = 0;
  for (const [i, knot] of (value as unknown[]).entries()) {
    const at = `${path}[${i}]`;
    if (!Array.isArray(knot) || knot.length !== 2) throw wrong(at, knot, '[tokens, ms]');
    above(knot[0], `${at}[0]`);
    above(knot[1], `${at}[1]`);
    if (knot[0] <= before) throw wrong(`${at}[0]`, knot[0], `more than ${before}, the one before`);
    before = knot[0];
  }
}

/**
 * Reads a profile from a file's text. Its `extends` names a built-in profile, whose fields are used where the file has
 * none.
 * @param file its name, for errors
 * @throws UserError that names the field that is wrong
 */
export function parseProfile(file: string, json: string): LatencyProfile {
  let given: unknown;
  try {
    given = JSON.parse(json);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(given)) throw wrong(file, given, 'an object');
  const { extends: base, ...own } = given;
  if (base !== undefined) oneOf(Object.keys(PROFILES))(base, `${file}: extends`);
  const profile = base === undefined ? own : merge(PROFILES[base as keyof typeof PROFILES], own);
  oneOf(['stepped', 'fixed'])(profile.kind, `${file}: kind`);
  (profile.kind === 'fixed' ? fixed : stepped)(profile, `${file}: `);
  return profile as unknown as LatencyProfile;
}

/** Groups are filled in field by field, everything else is the file's. */
function merge(base: object, own: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(own)) {
    const there = merged[name];
    merged[name] = isObject(there) && isObject(value) ? merge(there, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(path: string, value: unknown, what: string): UserError {
  const shown = JSON.stringify(value) ?? 'nothing';
  const part = shown.length > 60 ? `${shown.slice(0, 57)}...` : shown;
  return new UserError(`${path} is ${part}: it must be ${what}`);
}
