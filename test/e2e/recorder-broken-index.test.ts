import assert from 'node:assert/strict';
import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

test('a tape whose index is truncated under the recorder costs no request: the loss is reported, and recording continues on another tape', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(tempFolder(), 'tape.sqlite');
  const { recorder, chat } = await recorderCli(upstream, path, '--admin', '127.0.0.1:0');
  const admin = await recorder.says(/counts are at (\S+)\/metrics/);
  const ready = async (): Promise<boolean> => (await httpCall(new URL('/readyz', admin))).status === 200;
  let sent = 0;
  const send = async (): Promise<void> => {
    assert.equal((await httpCall(chat, REFERENCE_REQUEST)).status, 200);
    sent += 1;
  };
  const okOn = (name: string): number => {
    const tape = openTape(path.replace('tape.sqlite', name));
    const ok = [...tape.exchanges()].filter(({ outcome }) => outcome === 'ok').length;
    tape.close();
    return ok;
  };
  await send();
  // Within a commit it might be on disk already and counted as lost all the same.
  await eventually(() => okOn('tape.sqlite') === 1);
  truncateSync(`${path}-shm`, 0);
  while (!/the process that writes .* died: SIGBUS/.test(recorder.stderr())) await send();
  await eventually(ready);
  for (let i = 0; i < 3; i += 1) await send();
  recorder.interrupt();
  const { code, stderr } = await recorder.ended;
  const next = openTape(path.replace('tape.sqlite', 'tape-2.sqlite'));
  const lost = next.captures()[0]?.drops.write_failed ?? 0;
  next.close();
  const whole = okOn('tape.sqlite') + okOn('tape-2.sqlite');
  assert.equal(whole + lost, sent, JSON.stringify({ whole, lost, sent, stderr }));
  assert.equal(code, lost > 0 ? 4 : 0, stderr);
});
