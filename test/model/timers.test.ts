import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDeadline, timersSince } from '../../src/model/timers.ts';
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
    createDeadline(early, () => calls.push(time.nowUs())).set(dueUs);
    time.playUntil(dueUs - 1);
    assert.deepEqual(calls, []);
    time.playUntil(dueUs + 1_000);
    assert.equal(calls.length, 1);
  }
});

test('the last setting counts, later or sooner, each is called once, and setting it again costs no timer', () => {
  const time = virtualTime();
  const calls: number[] = [];
  const deadline = createDeadline(time, () => calls.push(time.nowUs()));
  for (let dueUs = 10_000; dueUs <= 90_000; dueUs += 10_000) deadline.set(dueUs);
  assert.equal(time.waiting, 1);
  time.playUntil(200_000);
  deadline.set(900_000);
  deadline.set(300_000);
  time.playUntil(1e6);
  assert.deepEqual(calls, [90_000, 300_000]);
  assert.equal(time.waiting, 0);
});

test('one that is disarmed is not called; a closed one leaves no timer', () => {
  const time = virtualTime();
  let calls = 0;
  const deadline = createDeadline(time, () => {
    calls += 1;
  });
  deadline.set(5_000);
  deadline.set(null);
  time.playUntil(10_000);
  deadline.set(100 * DAY_US);
  time.playUntil(50 * DAY_US);
  deadline.close();
  assert.equal(time.waiting, 0);
  time.playUntil(200 * DAY_US);
  assert.equal(calls, 0);
});

test('one that has passed already is called in a later turn, so that what it ends has begun', () => {
  const time = virtualTime(5_000);
  let calls = 0;
  createDeadline(time, () => {
    calls += 1;
  }).set(1_000);
  assert.equal(calls, 0);
  time.playUntil(10_000);
  assert.equal(calls, 1);
});

test('timers since an epoch count from it and wait alike', () => {
  const time = virtualTime(1e6);
  const since = timersSince(time, 1.5e6);
  assert.equal(since.nowUs(), -5e5);
  const calls: number[] = [];
  createDeadline(since, () => calls.push(since.nowUs())).set(2e5);
  time.playUntil(3e6);
  assert.deepEqual(calls, [2e5]);
});
