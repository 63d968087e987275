import { parentPort, workerData } from 'node:worker_threads';
import { createCredentialRedaction } from '../../chat/redact.ts';
import { startLoopMonitor } from '../../measure/loop-monitor.ts';
import { systemClock } from '../../model/clock.ts';
import { UserError } from '../../model/user-error.ts';
import { recordingFilter, startRecorder } from '../../record/start-recorder.ts';
import type { FromProxyThread, ProxyThreadData, ProxyThreadStats, ToProxyThread } from './proxy-messages.ts';

/** One of several proxy threads on one port: it forwards, and hands what it taps to the thread that started it. */

const STATS_EVERY_MS = 200;

/** How often the event loop's delay is sampled, ms: the finer, the more it costs. */
const LOOP_SAMPLE_MS = 10;

const port = parentPort;
if (port === null) throw new Error('a proxy thread runs in a worker thread only');
const data = workerData as ProxyThreadData;
const post = (message: FromProxyThread, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);
const numberOf = (number: number): number => number * data.stride + data.offset;
const redaction = createCredentialRedaction({ hashKey: data.hashKey, moreHeaders: data.redactHeaders });
let refuse: string | null = null;

/** The memory behind arrays that nobody here uses any more. */
function memoryOf(...arrays: readonly (ArrayBufferView | null)[]): ArrayBuffer[] {
  return arrays.flatMap((array) =>
    array !== null && array.buffer instanceof ArrayBuffer && array.byteLength === array.buffer.byteLength
      ? [array.buffer]
      : [],
  );
}

try {
  const recorder = await startRecorder({
    upstream: new URL(data.upstream),
    host: data.host,
    port: data.port,
    reusePort: true,
    clock: systemClock,
    redactHeaders: redaction.headers,
    redactPath: redaction.path,
    shouldRecord: recordingFilter(data.paths),
    refuseRecorded: () => refuse,
    tls: data.tls,
    upstreamCa: data.upstreamCa,
    maxBodyBytes: data.maxBodyBytes,
    sink: {
      start: (start) => post({ kind: 'start', start: { ...start, number: numberOf(start.number) } }),
      part: (number, part) =>
        post(
          { kind: 'part', number: numberOf(number), part },
          memoryOf(part.body, part.readUs, part.readBytes),
        ),
      end(end) {
        const { body, readUs, readBytes } = end.answer;
        const transfer = memoryOf(end.requestBody, body, readUs, readBytes);
        post({ kind: 'end', end: { ...end, number: numberOf(end.number) } }, transfer);
      },
    },
  });
  const loop = startLoopMonitor(LOOP_SAMPLE_MS);
  const stats = (): ProxyThreadStats => ({ ...recorder.stats(), loopDelayMs: loop.delayMs() });
  const telling = setInterval(() => post({ kind: 'stats', stats: stats() }), STATS_EVERY_MS);
  port.on('message', async (message: ToProxyThread) => {
    if (message.kind === 'refuse') {
      refuse = message.why;
      return;
    }
    await recorder.close(message.graceMs);
    clearInterval(telling);
    loop.stop();
    post({ kind: 'closed', stats: stats() });
    port.close();
  });
  post({ kind: 'ready', url: recorder.url.href });
} catch (error) {
  post({ kind: 'refused', message: (error as Error).message, isUserError: error instanceof UserError });
  port.close();
}
