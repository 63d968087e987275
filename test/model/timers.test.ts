import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setDeadline, timersSince } from '../../src/model/timers.ts';
import { virtualTime } from '../helpers/virtual-time.ts';

const DAY_US = 24 * 3600e6;

test('a deadline is never early: not by a timer that is, not by one that cannot wait that long', () => {
  for (const dueUs of [5_300, 60e6, 25 * DAY_US, 100 * DAY_US]) {
    const time = virtualTime();
    const early = {
      ...time,
      after: (ms: number, then: () => void) => time.after(Math.max(1, Math.floor(ms)), then),
    };
    const calls: number[] = [];
    setDeadline(early, dueUs, () => calls.push(time.nowUs()));
    time.playUntil(dueUs - 1);
    assert.deepEqual(calls, []);
  }
});

test('it is called once at its instant; a cancelled one is not, also after it has waited again', () => {
  const time = virtualTime();
  const calls: string[] = [];
  setDeadline(time, 100 * DAY_US, () => calls.push(`kept ${time.nowUs()}`));
  const cancelled = setDeadline(time, 100 * DAY_US, () => calls.push('cancelled'));
  time.playUntil(90 * DAY_US);
  cancelled.cancel();
  time.playUntil(200 * DAY_US);
  assert.deepEqual(calls, [`kept ${100 * DAY_US}`]);
});

test('timers since an epoch count from it and wait alike', () => {
  const time = virtualTime(1e6);
  const since = timersSince(time, 1.5e6);
  assert.equal(since.nowUs(), -5e5);
  const calls: number[] = [];
  setDeadline(since, 2e5, () => calls.push(since.nowUs()));
  time.playUntil(3e6);
  assert.deepEqual(calls, [2e5]);
});
