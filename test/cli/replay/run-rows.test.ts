import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUN_HEADS, runRow } from '../../../src/cli/replay/run-rows.ts';
import { summarizeRun } from '../../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import { sampleResult, sampleRun } from '../../helpers/sample-runs.ts';

/** A run of this many answers of 100 ms. */
const made = (answers: number, cell = sampleRun().cell) =>
  summarizeRun(
    sampleRun({ cell }),
    Array.from({ length: answers }, (_, seq) => ({ result: sampleResult({ seq }), chunks: NO_CHUNKS })),
  );

test('rows line up with each other and with their heads, within 80 columns', () => {
  const rows = [
    RUN_HEADS,
    ...runRow(made(2, { threads: 1, connections: 2, ratePerSec: 3.2 }), 1, 24),
    ...runRow(made(700, { threads: 100, connections: 200 }), 24, 24),
  ];
  assert.deepEqual(rows, [
    '   run  load          req/s    tok/s  TTFT p50 ms  E2EL p50 ms   p99 ms  errors',
    '  1/24  open 3.2/s     2.00     6.00            –            –        –       0',
    ' 24/24  100x200         700    2,100            –          100      100       0',
  ]);
  for (const row of rows) assert.ok(row.length < 80, String(row.length));
});

test('a run that is invalid is said to be so; the reasons are printed once, with the figures', () => {
  const run = {
    ...made(2),
    valid: false,
    invalidReasons: [{ kind: 'loopBusy', utilization: 0.91, limit: 0.8, tryWorkers: 2 }] as const,
  };
  const [, ...below] = runRow(run, 3, 24);
  assert.deepEqual(below, ['        invalid: the reasons are printed with the figures']);
});
