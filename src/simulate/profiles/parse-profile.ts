import { UserError } from '../../model/user-error.ts';
import { DIALECTS } from '../dialect.ts';
import type { FixedProfile, Forward, LatencyProfile, SteppedProfile } from '../latency-profile.ts';
import { PROFILES } from './named-profiles.ts';
import {
  aboveZero,
  atLeastZero,
  isObject,
  object,
  oneOf,
  type Reader,
  share,
  text,
  wholeAboveZero,
  wrong,
} from './read-json.ts';

const SERVED = { name: text, model: text, maxModelLen: wholeAboveZero, dialect: oneOf(DIALECTS) };

const fixed = object<FixedProfile>({
  kind: oneOf(['fixed']),
  ...SERVED,
  ttftMs: atLeastZero,
  itlMs: atLeastZero,
});

const stepped = object<SteppedProfile>({
  kind: oneOf(['stepped']),
  ...SERVED,
  limits: object({
    maxNumSeqs: wholeAboveZero,
    maxNumBatchedTokens: wholeAboveZero,
    gpuMemoryUtilization: share,
  }),
  memory: object({
    gpuGiB: aboveZero,
    weightsGiB: aboveZero,
    activationsGiB: atLeastZero,
    kvBytesPerToken: aboveZero,
    blockSize: wholeAboveZero,
  }),
  step: object({
    forward: readForward,
    perContextTokenMs: atLeastZero,
    perPrefillPairMs: atLeastZero,
    perStepMs: atLeastZero,
    perSequenceMs: atLeastZero,
    perDraftMs: atLeastZero,
    noise: object({ white: share, drift: share, driftSec: aboveZero }),
  }),
  frontEnd: object({ ingestMs: atLeastZero, egressMs: atLeastZero, jitter: share }),
});

const readKind = oneOf(['stepped', 'fixed']);
const readBase = oneOf(Object.keys(PROFILES) as (keyof typeof PROFILES)[]);

/**
 * Reads a profile from a file's text. Its `extends` names a built-in profile, whose fields stand where the file has none.
 * @param file its name, for errors
 * @throws UserError that names the field that is wrong
 */
export function parseProfile(file: string, json: string): LatencyProfile {
  const { extends: base, ...own } = parseObject(file, json);
  const profile = base === undefined ? own : merge(PROFILES[readBase(base, `${file}: extends`)], own);
  const kind = readKind(profile.kind, `${file}: kind`);
  return (kind === 'fixed' ? fixed : stepped)(profile, `${file}: `);
}

function parseObject(file: string, json: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw wrong(file, value, 'an object');
  return value;
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

const readRoofline = object({ weightsMs: atLeastZero, perTokenMs: atLeastZero });

/** A list of `[tokens, ms]`, tokens rising, or `{weightsMs, perTokenMs}`. */
function readForward(value: unknown, path: string): Forward {
  if (!Array.isArray(value)) return readRoofline(value, path);
  if (value.length === 0) throw wrong(path, value, 'at least one [tokens, ms]');
  let before = 0;
  return value.map((knot: unknown, i) => {
    const [tokens, ms] = readKnot(knot, `${path}[${i}]`);
    if (tokens <= before) throw wrong(`${path}[${i}][0]`, tokens, `more than ${before}, the one before`);
    before = tokens;
    return [tokens, ms];
  });
}

const readKnot: Reader<readonly [number, number]> = (value, path) => {
  if (!Array.isArray(value) || value.length !== 2) throw wrong(path, value, '[tokens, ms]');
  return [aboveZero(value[0], `${path}[0]`), aboveZero(value[1], `${path}[1]`)];
};
