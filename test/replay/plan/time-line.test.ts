import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Capture } from '../../../src/model/capture.ts';
import { createTimeLine } from '../../../src/replay/plan/due-times.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';
import { CAPTURE } from '../../helpers/sample-records.ts';

const capture = (id: number, startedAtMs: number): Capture => ({
  ...CAPTURE,
  id,
  startedAtMs,
  endedAtMs: null,
  cleanClose: true,
  ignored: 0,
  drops: {},
});

test('captures follow one another without what lay between, the wall clock stays', () => {
  const timeOf = createTimeLine([capture(1, 1_000), capture(4, 900_000)]);
  const at = (captureId: number, arrivedUs: number, finishedUs: number | null) =>
    timeOf(sampleExchange({ captureId, arrivedUs, finishedUs }));
  assert.deepEqual(at(1, 5_000, 95_000), { wallMs: 1_005, arrivedUs: 0, finishedUs: 90_000 });
  assert.deepEqual(at(1, 6_000, 7_000), { wallMs: 1_006, arrivedUs: 1_000, finishedUs: 2_000 });
  assert.deepEqual(at(4, 2_000, null), { wallMs: 900_002, arrivedUs: 90_000, finishedUs: 90_000 });
  assert.deepEqual(at(4, 3_000, 4_000), { wallMs: 900_003, arrivedUs: 91_000, finishedUs: 92_000 });
});
