import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRequestColumns } from '../../../src/compare/session/request-columns.ts';
import { CHUNK, NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import { sampleResult } from '../../helpers/sample-runs.ts';

const reads = (...atUs: readonly number[]) => ({ ...NO_CHUNKS, atUs, kinds: atUs.map(() => CHUNK.content) });

const stream = sampleResult({
  streamed: true,
  firstTokenUs: 30_000,
  lastTokenUs: 90_000,
  finishedUs: 91_000,
  completionTokens: 4,
});

test('the times of a stream count from the instant that is given', () => {
  const columns = createRequestColumns();
  columns.add(0, stream, reads(30_000, 40_000, 90_000), 10_000);
  const { e2elMs, ttftMs, tpotMs, waitMs } = columns.columns();
  assert.deepEqual([...e2elMs, ...ttftMs, ...tpotMs, ...waitMs], [81, 20, 20, 50]);
});

test('the longest wait is that for the first token where no later one is longer; reads without tokens do not end it', () => {
  const columns = createRequestColumns();
  columns.add(0, stream, reads(30_000, 40_000), 0);
  const role = { ...NO_CHUNKS, atUs: [5_000, 30_000], kinds: [CHUNK.role, CHUNK.content] };
  columns.add(1, stream, role, 0);
  assert.deepEqual([...columns.columns().waitMs], [30, 30]);
});

test('an answer in one piece has one wait; positions that nobody reached hold nothing', () => {
  const columns = createRequestColumns();
  columns.add(2, sampleResult(), NO_CHUNKS, 0);
  const { e2elMs, ttftMs, waitMs } = columns.columns();
  assert.deepEqual([...e2elMs], [Number.NaN, Number.NaN, 100]);
  assert.deepEqual([ttftMs[2], waitMs[2]], [Number.NaN, 100]);
});
