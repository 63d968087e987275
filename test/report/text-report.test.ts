import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textReport } from '../../src/report/text-report.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const before = sampleSummaries('before');

test('the matrix of the golden file', () => {
  const wide = sampleSummaries('before', { count: 1, firstId: 7 }).map((run) => ({
    ...run,
    cell: { threads: 10, connections: 200 },
    e2elMs: { ...run.e2elMs, mean: 5273, p50: 5210, p99: 6700, count: 2200 },
    valid: false,
    invalidReasons: [{ kind: 'connectionsMissing', open: 199, asked: 200 } as const],
  }));
  assertGolden('report/golden/matrix.txt', textReport([...before, ...wide]));
  assertGolden('report/golden/matrix.zh.txt', textReport([...before, ...wide], 'zh'));
});

test('a label with an escape sequence does not reach the terminal', () => {
  const text = textReport(before.map((run) => ({ ...run, label: '\x1b[2Jx' })));
  assert.ok(!text.includes('\x1b'));
});
