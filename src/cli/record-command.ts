import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { Command } from 'commander';
import { CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS, redactHeaders, redactPath } from '../chat/redact.ts';
import { systemClock } from '../model/clock.ts';
import { UserError } from '../model/user-error.ts';
import { type Recorder, startRecorder } from '../record/start-recorder.ts';
import { probeTarget } from '../replay/probe-target.ts';
import type { TapeThread } from '../store/tape-thread.ts';
import { listenAddress, serverUrl } from './option-values.ts';
import { listenForStop } from './stop-signal.ts';
import { defaultTapePath, openTapeThread } from './tape-file.ts';
import { say, showProgress } from './terminal.ts';
import { toolVersion } from './tool-version.ts';

interface RecordOptions {
  readonly upstream: string;
  readonly listen: string;
  readonly out?: string;
  readonly append?: true;
}

/** What is in flight at Ctrl-C may take this long to end, ms. */
const DRAIN_MS = 30_000;

/** `reprise record` */
export function register(program: Command): void {
  program
    .command('record')
    .description(
      'Stands between clients and a vLLM server and writes every chat completion that passes, with its timing, ' +
        'to a tape. Everything passes; POST /v1/chat/completions and /v1/completions are recorded.',
    )
    .requiredOption('--upstream <url>', "the server's root, e.g. http://127.0.0.1:8000")
    .option('--listen <address>', 'where clients connect; port 0 takes a free one', '127.0.0.1:8080')
    .option('--out <tape>', 'the tape; recordings/TIME.sqlite by default')
    .option('--append', 'go on with the tape named by --out')
    .addHelpText(
      'after',
      `
Examples:
  reprise record --upstream http://127.0.0.1:8000
  reprise record --upstream http://gpu-1:8000 --listen 0.0.0.0:8080 --out recordings/monday.sqlite`,
    )
    .action(record);
}

async function record(options: RecordOptions): Promise<void> {
  const upstream = serverUrl('--upstream', options.upstream);
  const address = listenAddress('--listen', options.listen);
  if (options.append === true && options.out === undefined) {
    throw new UserError('--append goes on with a tape: name it with --out');
  }
  const path = options.out ?? defaultTapePath(systemClock.wallMs());
  const stop = listenForStop(say);
  const tape = await openTapeThread(path, options.append === true ? 'append' : 'create');
  const startedUs = systemClock.nowUs();
  const captureId = await tape.beginCapture({
    startedAtMs: systemClock.wallMs(),
    startedUs,
    upstream: upstream.origin,
    toolVersion: toolVersion(),
    settings: { ...options },
    redaction: { headers: CREDENTIAL_HEADERS, parameters: CREDENTIAL_PARAMETERS },
  });
  const recorder = await startRecorder({
    ...address,
    upstream,
    sink: tape.exchangeSink(captureId),
    clock: systemClock,
    startedUs,
    redactHeaders,
    redactPath,
  }).catch(async (error: unknown) => {
    await tape.close();
    // A tape that never saw a request is only in the way of the next try.
    if (options.append !== true) for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
    throw error;
  });
  say(`recording ${upstream.origin} to ${path}: send clients to ${recorder.url.origin}, Ctrl-C stops`);
  await probe(tape, captureId, upstream, 'start');

  const progress = showProgress(() => liveLine(recorder, tape));
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await recorder.close(DRAIN_MS);
  progress.stop();
  await probe(tape, captureId, upstream, 'end');
  await finish(tape, captureId);
  say(`${liveLine(recorder, tape)}; ${path} is complete`);
}

/** What the upstream says of itself, so that the tape tells what was recorded. */
async function probe(
  tape: TapeThread,
  captureId: number,
  upstream: URL,
  edge: 'start' | 'end',
): Promise<void> {
  const states = await probeTarget(upstream.origin, edge, [], systemClock.wallMs);
  if (states.length === 0 && edge === 'start') say(`${upstream.origin} does not answer yet`);
  // The tape's thread has told of it if it cannot write; the traffic goes on.
  await tape.addServerStates({ captureId }, states).catch(() => undefined);
}

async function finish(tape: TapeThread, captureId: number): Promise<void> {
  await tape
    .endCapture(captureId, systemClock.wallMs())
    .catch((error: Error) => say(`the capture could not be closed: ${error.message}`));
  await tape.close();
}

function liveLine(recorder: Recorder, tape: TapeThread): string {
  const { inFlight, requests, recorded } = recorder.stats();
  const dropped = Object.values(tape.drops()).reduce((sum, n) => sum + n, 0);
  return `${requests} requests, ${recorded} recorded, ${inFlight} in flight, ${dropped} dropped`;
}
