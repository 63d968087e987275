import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopMonitor } from '../../src/measure/loop-monitor.ts';

test('a blocked loop shows as delay, utilisation and CPU time', async () => {
  const monitor = startLoopMonitor();
  // On a busy machine the sampler's first tick, from which it counts, is late.
  for (let i = 0; i < 10 && monitor.delayMs().max === 0; i++) await sleep(15);
  const until = process.cpuUsage().user + 80e3;
  while (process.cpuUsage().user < until);
  await sleep(30);
  const health = monitor.stop();
  assert.ok(health.loopDelayMaxMs > 60, `${health.loopDelayMaxMs} ms`);
  assert.ok(health.loopUtilization > 0.05 && health.loopUtilization <= 1);
  assert.ok(health.cpuSeconds > 0.04);
});
