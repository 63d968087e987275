import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidReasons } from '../../../src/measure/invalid-reasons.ts';
import type { RunSummary } from '../../../src/measure/run-summary.ts';
import { serverFigures } from '../../../src/measure/server/server-figures.ts';
import { chineseReason } from '../../../src/report/messages/chinese-reasons.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const [good] = sampleSummaries('before');
assert.ok(good !== undefined && good.health !== null);

const health = good.health;
const open = { kind: 'open', arrivals: { kind: 'constant', ratePerSec: 4 }, maxInFlight: 2 } as const;

/** Runs that together are invalid for every reason that there is. */
const BAD: readonly RunSummary[] = [
  { ...good, stoppedEarly: true, requests: 0 },
  { ...good, outcomes: { timeout: 40 }, requests: 40, errors: 40 },
  {
    ...good,
    health: {
      ...health,
      connectionsOpen: 1,
      occupancy: 0.5,
      loopUtilization: 0.95,
      loopDelayP99Ms: 900,
      scheduleLagP99Ms: 800,
      rampMs: 5_000,
      drainMs: 90_000,
    },
  },
  { ...good, settings: { ...good.settings, load: open }, health: { ...health, lateByCap: 20 } },
  {
    ...good,
    server: serverFigures([
      { edge: 'start', kind: 'metrics', takenAtMs: 0, status: 200, body: 'process_start_time_seconds 1\n' },
      { edge: 'end', kind: 'metrics', takenAtMs: 9, status: 200, body: 'process_start_time_seconds 2\n' },
    ]),
  },
];

test('every reason why a run is not valid is said in Chinese, with its figures', () => {
  const reasons = [
    ...BAD.flatMap(invalidReasons),
    '7 results could not be written to the tape',
    'the run did not end: its process died',
    'only 3 of 4 connections were open',
    "the sender's event loop was 6.1 ms late (p99), more than 5.0 ms",
  ];
  assert.equal(new Set(reasons.map((reason) => reason.replace(/[\d.]+/g, '0'))).size, 17);
  for (const reason of reasons) {
    const chinese = chineseReason(reason);
    assert.match(chinese, /[\u4e00-\u9fff]/, reason);
    assert.doesNotMatch(chinese.replace(/--[a-z-]+|ulimit -n/g, ''), /[a-z]{4}/, chinese);
    for (const number of reason.match(/\d+(\.\d+)?/g) ?? [])
      assert.ok(chinese.includes(number), `${reason}: ${chinese}`);
  }
});

test('what failed most is named as the tape has it', () => {
  const reason = '9 of 40 requests failed, more than 1 %, most often with http_error 503 busy';
  assert.equal(chineseReason(reason), '40 个请求中有 9 个失败，超过 1%，最多的是 http_error 503 busy');
});

test('a reason that is not known stays as it stands on the tape', () => {
  assert.equal(chineseReason('something new'), 'something new');
});
