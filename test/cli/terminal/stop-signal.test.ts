import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { listenForStop } from '../../../src/cli/terminal/stop-signal.ts';

test('the first signal asks to stop and says so, after dispose the process is as before', () => {
  const told: string[] = [];
  const before = process.listenerCount('SIGINT');
  const stop = listenForStop((sentence) => told.push(sentence));
  assert.equal(stop.signal.aborted, false);
  process.emit('SIGINT');
  assert.equal(stop.signal.aborted, true);
  assert.match(told.join(), /keeping what was done; press Ctrl-C again/);
  stop.dispose();
  assert.equal(process.listenerCount('SIGINT'), before);
});

test('the second signal ends the process at once with 130, whatever it waits for', async () => {
  const source = `
    import { listenForStop } from ${JSON.stringify(new URL('../../../src/cli/terminal/stop-signal.ts', import.meta.url).href)};
    listenForStop(() => process.stdout.write('stopping'));
    setInterval(() => {}, 1e6);
    process.stdout.write('ready');`;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', source]);
    await once(child.stdout, 'data');
    child.kill(name);
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    assert.equal(`${text}`, 'stopping');
    child.kill(name);
    const [code] = await once(child, 'exit');
    assert.equal(code, 130);
  }
});
