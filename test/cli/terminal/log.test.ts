import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../../src/cli/terminal/log.ts';

test('as text: our sentences; as JSON: one object a line with its level and fields', (t) => {
  const written: string[] = [];
  t.mock.method(process.stderr, 'write', (text: string) => written.push(text) > 0);
  createLog(false).warn('it is "so"', { n: 1 });
  const json = createLog(true);
  json.info('it is "so"', { n: 1 });
  json.warn('no');
  assert.equal(written.shift(), 'reprise: it is "so"\n');
  const [info, warn] = written.map((line) => JSON.parse(line));
  assert.deepEqual({ ...info, time: null }, { time: null, level: 'info', message: 'it is "so"', n: 1 });
  assert.ok(Math.abs(Date.parse(info.time) - Date.now()) < 10_000);
  assert.deepEqual([warn.level, warn.message], ['warn', 'no']);
});

test('the status is told every ten seconds until it is stopped', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const written: string[] = [];
  t.mock.method(process.stderr, 'write', (text: string) => written.push(text) > 0);
  const stop = createLog(true).progress(() => ({ line: 'x', block: ['x'], fields: { inFlight: 2 } }));
  t.mock.timers.tick(20_000);
  stop();
  t.mock.timers.tick(20_000);
  assert.deepEqual(
    written.map((line) => [JSON.parse(line).message, JSON.parse(line).inFlight]),
    [
      ['status', 2],
      ['status', 2],
    ],
  );
});
