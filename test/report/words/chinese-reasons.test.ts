import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invalidReasons } from '../../../src/measure/invalid-reasons.ts';
import { chineseReason } from '../../../src/report/words/chinese-reasons.ts';
import { sampleSummaries } from '../../helpers/sample-runs.ts';

const [good] = sampleSummaries('before');
assert.ok(good !== undefined && good.health !== null);

/** Runs that together are invalid for every reason that there is. */
const BAD = [
  { ...good, stoppedEarly: true, requests: 0 },
  { ...good, outcomes: { timeout: 40 }, requests: 40, errors: 40 },
  {
    ...good,
    health: {
      ...good.health,
      connectionsOpen: 1,
      occupancy: 0.5,
      loopUtilization: 0.95,
      loopDelayP99Ms: 900,
    },
  },
];

test('every reason why a run is not valid is said in Chinese, with its figures', () => {
  const reasons = [
    ...BAD.flatMap(invalidReasons),
    '7 results could not be written to the tape',
    'the run did not end: its process died',
  ];
  assert.ok(reasons.length >= 10);
  for (const reason of reasons) {
    const chinese = chineseReason(reason);
    assert.match(chinese, /[\u4e00-\u9fff]/, reason);
    assert.doesNotMatch(chinese, /[a-z]{4}/, chinese);
    for (const number of reason.match(/\d+(\.\d+)?/g) ?? [])
      assert.ok(chinese.includes(number), `${reason}: ${chinese}`);
  }
});

test('a reason that is not known stays as it stands on the tape', () => {
  assert.equal(chineseReason('something new'), 'something new');
});
