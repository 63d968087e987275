import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { endGroup, switchServer, warmServer } from '../../../src/cli/compare/ready-server.ts';
import { loadRequests } from '../../../src/cli/replay/load-requests.ts';
import { openTapeThread } from '../../../src/cli/tape-file.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { givenReplay } from '../../helpers/given-options.ts';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { sampleValue } from '../../helpers/metrics-page.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { shortTape } from '../../helpers/run-pairs.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const never = new AbortController().signal;

test('every place of the arm is filled, in a shell, and the end is waited for', async () => {
  const file = join(folder, 'arms');
  await switchServer(`sleep 0.05; echo {arm} > ${file} && echo {arm} >> ${file}`, 'candidate', never);
  assert.equal(readFileSync(file, 'utf8'), 'candidate\ncandidate\n');
});

test('a command that fails is the user mistake, by its line and exit code', async () => {
  await assert.rejects(switchServer('exit 3 # {arm}', 'baseline', never), (error) => {
    return (
      error instanceof UserError && /^--switch exit 3 # baseline ended with exit code 3: /.test(error.message)
    );
  });
});

test('when the session is stopped, what the shell started ends too', async () => {
  const stop = new AbortController();
  const [begun, ended] = [join(folder, 'begun'), join(folder, 'ended')];
  const switched = switchServer(`(touch ${begun}; sleep 30; touch ${ended})`, 'baseline', stop.signal);
  await eventually(() => existsSync(begun));
  stop.abort();
  await switched;
  await switchServer(`touch ${ended}`, 'baseline', stop.signal);
  assert.equal(existsSync(ended), false, 'nor is another one begun');
});

test('a command that ended just before it is stopped is not an error', () => {
  const { pid } = spawnSync('true');
  assert.doesNotThrow(() => endGroup(pid));
});

test('the server gets the given number of requests, and the tape nothing', async () => {
  const { url } = await quickSimulator({ model: 'm' });
  const path = shortTape(join(tempFolder(), 'tape.sqlite'));
  const tape = await openTapeThread(path, 'append');
  const reader = openTape(path);
  const settings = givenReplay({ target: url.href, timeout: '10s' });
  const loaded = loadRequests(reader, path, settings.requests);
  const { signal } = new AbortController();
  await warmServer(
    { settings, target: url, label: 'x', loaded, tape, reader, signal },
    { cell: { threads: 1, connections: 2 }, load: { kind: 'closed', semantics: 'drain' } },
    { requests: 12 },
  );
  const { text } = await httpCall(new URL('/metrics', url));
  assert.equal(sampleValue(text, 'vllm:request_success_total', { finished_reason: 'length' }), 12);
  assert.deepEqual(reader.runs(), []);
  await tape.close();
  reader.close();
});
