import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopMonitor } from '../../src/measure/loop-monitor.ts';

test('a blocked loop shows as delay, utilisation and CPU time', async () => {
  const monitor = startLoopMonitor();
  // The sampler measures from its first tick on, which comes at the latest with the end of the first sleep.
  await sleep(30);
  await sleep(30);
  const [start, before] = [performance.now(), process.cpuUsage()];
  const cpuMs = (): number => process.cpuUsage(before).user / 1e3;
  while (performance.now() < start + 80 || cpuMs() < 50);
  await sleep(30);
  const health = monitor.stop();
  assert.ok(health.loopDelayMaxMs > 60, `${health.loopDelayMaxMs} ms`);
  assert.ok(health.loopUtilization > 0 && health.loopUtilization <= 1);
  assert.ok(health.cpuSeconds > 0.04);
});
