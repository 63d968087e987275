import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { openTape } from '../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { CLI_ENTRY } from '../helpers/run-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const upstream = await startLocalServer((_request, response) => response.end('{"choices":[]}'));
after(() => upstream.close());

/** Where stderr leads: shell words behind the command. */
const STDERR: Readonly<Record<string, string>> = {
  'a pipe whose reader has gone': '2>&1 >/dev/null | true',
  'a full device': '2>/dev/full',
  'a pipe that nobody reads, and that is full': '2>&1 >/dev/null | sleep 30',
};

/** Writes to a process's stderr until nothing fits any more. */
function fill(pid: number): void {
  const pipe = openSync(`/proc/${pid}/fd/2`, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(pipe, 'x');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'EAGAIN');
  } finally {
    closeSync(pipe);
  }
}

for (const [name, words] of Object.entries(STDERR)) {
  test(`traffic and the end do not depend on stderr: ${name}`, async () => {
    const listen = await unusedUrl();
    const tape = join(folder, `${name.replaceAll(' ', '-')}.sqlite`);
    const args = `record --upstream ${upstream.url.href} --listen ${listen.host} --out ${tape} --log json`;
    // The command's own process id goes to stdout, which the shell keeps for us at 3.
    const script = `{ sh -c 'echo $$ >&3; exec "$0" "$@"' "${process.execPath}" "${CLI_ENTRY}" ${args}; echo "code $?" >&3; } ${words}`;
    const child = spawn('bash', ['-c', `exec 3>&1; ${script}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    const chat = new URL('/v1/chat/completions', listen);
    const call = (): Promise<number> =>
      httpCall(chat, { model: 'm', messages: [] }).then(
        ({ status }) => status,
        () => 0,
      );
    await eventually(async () => (await call()) === 200);
    const pid = Number(/^(\d+)\n/.exec(said)?.[1]);
    if (words.includes('sleep')) fill(pid);
    for (let i = 0; i < 20; i += 1) assert.equal(await call(), 200);
    process.kill(pid, 'SIGTERM');
    await eventually(() => /code \d+/.test(said));
    assert.match(said, /code 0/);
    child.kill('SIGKILL');
    const reader = openTape(tape);
    assert.equal(reader.exchangeCount(), 21);
    reader.close();
  });
}

test('SIGHUP ends in order, and an upstream that hangs does not hold the end up', async () => {
  const hanging = createServer((socket) => void socket.on('error', () => undefined));
  hanging.listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  after(() => hanging.close());
  const { port } = hanging.address() as { port: number };
  const path = join(folder, 'hup.sqlite');
  const { recorder } = await recorderCli(new URL(`http://127.0.0.1:${port}`), path, '--drain', '1s');
  const from = performance.now();
  recorder.child.kill('SIGHUP');
  const { code } = await recorder.ended;
  assert.equal(code, 0);
  assert.ok(performance.now() - from < 6_000, 'the probes of a hanging upstream take longer');
  const reader = openTape(path);
  assert.equal(reader.captures()[0]?.endedAtMs === null, false);
  reader.close();
});
