import { parentPort, workerData } from 'node:worker_threads';
import { systemTimers } from '../../model/clock.ts';
import type { RawResult } from '../../model/result.ts';
import { memoryOfPack, packResults } from '../../model/result-pack.ts';
import { UserError } from '../../model/user-error.ts';
import { openSender } from '../../replay/engine/open-sender.ts';
import type { FromSenderThread, SenderThreadData, ThreadFailure, ToSenderThread } from './sender-messages.ts';

/** One of several threads that send a load: it opens its connections, runs its share and hands the results over. */

const port = parentPort;
if (port === null) throw new Error('a sender thread runs in a worker thread only');
const { spec, share } = workerData as SenderThreadData;
const post = (message: FromSenderThread, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);
const stop = new AbortController();
let held: RawResult[] = [];

function failureOf(error: unknown): ThreadFailure {
  return { message: (error as Error).message, isUserError: error instanceof UserError };
}

function flush(): void {
  if (held.length === 0) return;
  const pack = packResults(held);
  held = [];
  post({ kind: 'results', pack }, memoryOfPack(pack));
}

const sink = {
  add(result: RawResult): void {
    if (held.length === 0) setImmediate(flush);
    held.push(result);
  },
};

const opening = openSender(spec, share, systemTimers, stop.signal);

port.on('message', async (message: ToSenderThread) => {
  // Also while the connections are being opened; everything else comes after them.
  if (message.kind === 'stop') {
    stop.abort();
    return;
  }
  const sender = await opening;
  switch (message.kind) {
    case 'warm-up':
      await sender.warmUp(stop.signal);
      post({ kind: 'warm' });
      return;
    case 'refresh':
      await sender.refresh(stop.signal).then(
        () => post({ kind: 'fresh', failure: null }),
        (error: unknown) => post({ kind: 'fresh', failure: failureOf(error) }),
      );
      return;
    case 'run': {
      const sent = await sender.run(message.startedUs, sink, stop.signal);
      flush();
      post({ kind: 'ended', sent });
      return;
    }
    case 'close':
      sender.close();
      port.close();
  }
});

try {
  await opening;
  post({ kind: 'open' });
} catch (error) {
  post({ kind: 'refused', ...failureOf(error) });
  port.close();
}
