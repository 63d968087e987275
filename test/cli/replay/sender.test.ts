import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { unusedUrl } from '../../helpers/local-server.ts';

test('a sender thread says in one message why it could not start, and ends', async () => {
  const { origin } = await unusedUrl();
  const spec = {
    target: origin,
    cell: { threads: 1, connections: 1 },
    load: { kind: 'closed', semantics: 'drain' },
    headers: [],
    timeoutUs: 30e6,
  };
  const share = { worker: 0, workers: 1, counter: new SharedArrayBuffer(4) };
  const worker = new Worker(new URL('../../../src/cli/replay/sender.worker.ts', import.meta.url), {
    workerData: { spec, share },
  });
  // Its last message and its end can come in one turn: whoever listens for the end after the message misses it.
  const ended = once(worker, 'exit');
  const [message] = await once(worker, 'message');
  assert.deepEqual(message, {
    kind: 'refused',
    message: `cannot reach ${origin} (connection refused): start the server or check --target`,
    isUserError: true,
  });
  await ended;
});
