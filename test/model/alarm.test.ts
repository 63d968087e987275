import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAlarm } from '../../src/model/timers.ts';
import { virtualTime } from '../helpers/virtual-time.ts';

const DAY_US = 24 * 3600e6;

test('it rings at the instant, on a clock of any pace, and only once', () => {
  for (const scale of [1, 20]) {
    const time = virtualTime();
    const nowUs = (): number => time.nowUs() * scale;
    const rings: number[] = [];
    const alarm = createAlarm({ ...time, nowUs }, () => rings.push(nowUs()), scale);
    alarm.set(10_000 * scale);
    time.playUntil(30_000);
    assert.deepEqual(rings, [10_000 * scale]);
  }
});

test('timers that are early or late by a millisecond: never early, and late only by what they are late', () => {
  for (const [errorMs, lateUs] of [
    [-1, 0],
    [1, 0],
    [3, 1_800],
  ] as const) {
    const time = virtualTime();
    const rings: number[] = [];
    const timers = { ...time, after: (ms: number, then: () => void) => time.after(ms + errorMs, then) };
    createAlarm(timers, () => rings.push(time.nowUs())).set(10_000);
    time.playUntil(30_000);
    assert.equal(rings.length, 1);
    assert.ok((rings[0] ?? 0) >= 10_000 && (rings[0] ?? 0) <= 10_001 + lateUs, `${errorMs}: ${rings}`);
  }
});

test('the last setting counts: sooner, later, or not at all', () => {
  const time = virtualTime();
  const rings: number[] = [];
  const alarm = createAlarm(time, () => rings.push(time.nowUs()));
  alarm.set(1e9);
  alarm.set(1_000);
  time.playUntil(2_000);
  alarm.set(2_500);
  alarm.set(null);
  time.playUntil(2e9);
  assert.deepEqual(rings, [1_000]);
});

test('a wait that is longer than the system takes at once does not end early', () => {
  const time = virtualTime();
  const rings: number[] = [];
  createAlarm(time, () => rings.push(time.nowUs())).set(100 * DAY_US);
  time.playUntil(100 * DAY_US - 1);
  assert.deepEqual(rings, []);
  time.playUntil(100 * DAY_US + 10);
  assert.deepEqual(rings, [100 * DAY_US]);
});
