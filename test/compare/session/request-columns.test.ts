import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRequestColumns, recordedColumns } from '../../../src/compare/session/request-columns.ts';
import { CHUNK, NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { sampleResult } from '../../helpers/sample-runs.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { writeTape } from '../../helpers/written-tape.ts';

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
  const { e2elMs, ttftMs, tpotMs, longestStallMs } = columns.columns();
  assert.deepEqual([...e2elMs, ...ttftMs, ...tpotMs, ...longestStallMs], [81, 20, 20, 50]);
});

test('the longest stall is that before the first token where no later one is longer; reads without tokens do not end it', () => {
  const columns = createRequestColumns();
  columns.add(0, stream, reads(30_000, 40_000), 0);
  const role = { ...NO_CHUNKS, atUs: [5_000, 30_000], kinds: [CHUNK.role, CHUNK.content] };
  columns.add(1, stream, role, 0);
  assert.deepEqual([...columns.columns().longestStallMs], [30, 30]);
});

test('an answer in one piece has one wait; positions that nobody reached hold nothing', () => {
  const columns = createRequestColumns();
  columns.add(2, sampleResult(), NO_CHUNKS, 0);
  const { e2elMs, ttftMs, longestStallMs } = columns.columns();
  assert.deepEqual([...e2elMs], [Number.NaN, Number.NaN, 100]);
  assert.deepEqual([ttftMs[2], longestStallMs[2]], [Number.NaN, 100]);
});

test('by position of the plan, from arrival; what did not end ok, or is not known, is empty', () => {
  const path = join(tempFolder(), 'tape.sqlite');
  writeTape(path, [{}, { answer: { outcome: 'http_error' } }]);
  const tape = openTape(path);
  const exchanges = new Map([...tape.exchanges()].map((exchange) => [exchange.id, exchange]));
  tape.close();
  const [first] = exchanges.values();
  const { e2elMs } = recordedColumns([2, 1, undefined, 99, 1], exchanges);
  const whole = ((first?.finishedUs ?? 0) - (first?.arrivedUs ?? 0)) / 1e3;
  assert.ok(whole > 0);
  assert.deepEqual([...e2elMs], [Number.NaN, whole, Number.NaN, Number.NaN, whole]);
});
