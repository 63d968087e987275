import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopMonitor } from '../../src/measure/loop-monitor.ts';

test('a blocked loop shows as delay, utilisation and CPU time', async () => {
  const monitor = startLoopMonitor();
  await sleep(30);
  // CPU time, of which a busy machine gives less than the clock shows.
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 80_000);
  await sleep(30);
  const health = monitor.stop();
  assert.ok(health.loopDelayMaxMs > 60, `${health.loopDelayMaxMs} ms`);
  assert.ok(health.loopUtilization > 0 && health.loopUtilization <= 1);
  assert.ok(health.cpuSeconds > 0.04);
});
