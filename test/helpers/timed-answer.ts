import type { MeasuredResult } from '../../src/measure/run-summary.ts';
import { CHUNK } from '../../src/model/chunk-times.ts';
import type { Result } from '../../src/model/result.ts';
import { sampleResult } from './sample-runs.ts';

/** One read of a stream: when, what its events carried, in how many events, how many tokens. */
export type Read = readonly [
  atMs: number,
  kinds: readonly (keyof typeof CHUNK)[],
  events: number,
  tokens: number,
];

/** A streamed answer whose reads are these; first and last token follow from them. Sent at 0. */
export function timedAnswer(reads: readonly Read[], overrides: Partial<Result> = {}): MeasuredResult {
  const atUs = reads.map(([ms]) => ms * 1e3);
  const kinds = reads.map(([, names]) => names.reduce((bits, name) => bits | CHUNK[name], 0));
  const text = reads.filter(([, names]) =>
    names.some((n) => n === 'content' || n === 'reasoning' || n === 'tool'),
  );
  const result = sampleResult({
    streamed: true,
    firstTokenUs: text[0] === undefined ? null : text[0][0] * 1e3,
    lastTokenUs: (text.at(-1)?.[0] ?? Number.NaN) * 1e3,
    finishedUs: atUs.at(-1) ?? 0,
    completionTokens: reads.reduce((sum, [, , , tokens]) => sum + tokens, 0),
    ...overrides,
  });
  const chunks = {
    atUs,
    bytes: reads.map(() => 100),
    kinds,
    tokens: reads.map(([, , , tokens]) => tokens),
    events: reads.map(([, , events]) => events),
  };
  return { result, chunks };
}

/**
 * A reasoning answer of 8 tokens: the role alone at 50 ms, reasoning from 100, a read of two events, one event of three
 * tokens, the finish alone, usage, the end mark.
 */
export const REASONING_ANSWER: readonly Read[] = [
  [50, ['role'], 1, 0],
  [100, ['reasoning'], 1, 1],
  [120, ['reasoning', 'content'], 2, 2],
  [140, [], 0, 0],
  [160, ['content'], 1, 3],
  [180, ['content', 'tool'], 1, 2],
  [181, ['finish'], 1, 0],
  [190, ['usage'], 0, 0],
  [200, ['done'], 0, 0],
];
