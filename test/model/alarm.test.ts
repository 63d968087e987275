import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAlarm } from '../../src/model/alarm.ts';
import { eventually } from '../helpers/http-call.ts';

const wallUs = (): number => performance.now() * 1e3;

test('it never rings early, on a clock of any pace, and only once', async () => {
  for (const scale of [1, 20]) {
    const nowUs = (): number => wallUs() * scale;
    const rings: number[] = [];
    const alarm = createAlarm(nowUs, scale, () => {
      rings.push(nowUs());
    });
    const dueUs = nowUs() + 10_000 * scale;
    alarm.set(dueUs);
    await eventually(() => rings.length > 0);
    await sleep(20);
    assert.equal(rings.length, 1);
    assert.ok((rings[0] ?? 0) >= dueUs);
  }
});

test('the last setting counts: sooner, later, or not at all', async () => {
  let rings = 0;
  const alarm = createAlarm(wallUs, 1, () => {
    rings += 1;
  });
  alarm.set(wallUs() + 1e9);
  alarm.set(wallUs() + 1_000);
  await eventually(() => rings > 0);
  alarm.set(wallUs() + 500);
  alarm.set(null);
  await sleep(40);
  assert.equal(rings, 1);
});
