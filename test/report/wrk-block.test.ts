import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WrkFigures } from '../../src/measure/as/wrk-figures.ts';
import {
  wrkBinary,
  wrkBlock,
  wrkDuration,
  wrkFootnote,
  wrkMetric,
  wrkTime,
} from '../../src/report/wrk-block.ts';
import { OPEN_LOAD } from '../helpers/sample-runs.ts';

test('units change at 85 %, hours are never reached', () => {
  assert.deepEqual([890, 849, 3.07e6, 38_320, 900_000, 51e6, 60.1e6, 7200e6].map(wrkTime), [
    '0.89ms',
    '849.00us',
    '3.07s',
    '38.32ms',
    '900.00ms',
    '0.85m',
    '1.00m',
    '120.00m',
  ]);
  assert.deepEqual([50, 51, 60, 90].map(wrkDuration), ['50s', '1m', '1m', '2m']);
  assert.deepEqual([0, 850, 2_000_000].map(wrkMetric), ['0.00', '0.85k', '2.00M']);
  assert.deepEqual([285.1 * 1024, 1.17 * 1024 ** 2].map(wrkBinary), ['285.10K', '1.17M']);
});

test('what lies exactly between two is rounded to the even one, as printf does it', () => {
  assert.deepEqual([90, 150, 210].map(wrkDuration), ['2m', '2m', '4m']);
  assert.deepEqual([0.125, 0.375, 0.135].map(wrkMetric), ['0.12', '0.38', '0.14']);
});

const PAGE: WrkFigures = {
  durationUs: 60e6,
  runtimeUs: 60.09e6,
  complete: 381,
  bytes: Math.round(285.1 * 1024),
  latency: { mean: 3.07e6, stdev: 38_320, max: 3.2e6, within: 66.93 },
  reqSec: { mean: 1.45, stdev: 3.05, max: 10, within: 87.92 },
  distribution: [
    [50, 3.06e6],
    [75, 3.08e6],
    [90, 3.12e6],
    [99, 3.19e6],
  ],
  errors: { connect: 0, read: 0, write: 0, timeout: 0, status: 0 },
  unseen: { drained: 0, cut: 0, corrected: 0, uncorrectedMean: 3.07e6 },
};

test('the first block of the public benchmark page, with its latency distribution', () => {
  const block = wrkBlock(
    PAGE,
    { threads: 10, connections: 20 },
    'http://10.1.2.100:8080/v1/chat/completions',
  );
  assert.equal(
    block,
    `Running 1m test @ http://10.1.2.100:8080/v1/chat/completions
  10 threads and 20 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.07s    38.32ms   3.20s    66.93%
    Req/Sec     1.45      3.05    10.00     87.92%
  Latency Distribution
     50%    3.06s${' '}
     75%    3.08s${' '}
     90%    3.12s${' '}
     99%    3.19s${' '}
  381 requests in 1.00m, 285.10KB read
Requests/sec:      6.34
Transfer/sec:      4.74KB
`,
  );
});

test('errors are printed when there are some; nothing measured is -nan', () => {
  const empty = { mean: 0, stdev: 0, max: 0, within: Number.NaN };
  const block = wrkBlock(
    { ...PAGE, latency: empty, errors: { connect: 0, read: 1, write: 0, timeout: 394, status: 2 } },
    { threads: 1, connections: 1 },
    'http://h/',
  );
  assert.match(block, /^ {4}Latency {5}0\.00us {4}0\.00us {3}0\.00us {4}-nan%$/m);
  assert.match(block, /^ {2}Socket errors: connect 0, read 1, write 0, timeout 394$/m);
  assert.match(block, /^ {2}Non-2xx or 3xx responses: 2$/m);
});

test('a footnote says what is not wrk’s; a run with its semantics has none', () => {
  const figures: WrkFigures = {
    ...PAGE,
    errors: { ...PAGE.errors, timeout: 2 },
    unseen: { drained: 20, cut: 3, corrected: 7, uncorrectedMean: 2.96e6 },
  };
  assert.equal(wrkFootnote(figures, { kind: 'closed', semantics: 'wrk' }), '');
  assert.equal(
    wrkFootnote(figures, { kind: 'closed', semantics: 'drain' }),
    '  Not by wrk: 20 requests in flight at the end are left out, as wrk does; 3 requests cut as recorded are left ' +
      'out; requests over the timeout were ended, where wrk keeps waiting and counts them; latencies are corrected ' +
      'for coordinated omission, as in wrk: without the correction, Avg is 2.96s.\n',
  );
  assert.match(
    wrkFootnote(PAGE, OPEN_LOAD),
    /the loop was open, which wrk does not have; no latency was long enough/,
  );
});
