import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { Command } from 'commander';
import { CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS, createCredentialRedaction } from '../chat/redact.ts';
import { startLoopMonitor } from '../measure/loop-monitor.ts';
import type { ServerState } from '../model/capture.ts';
import { systemClock } from '../model/clock.ts';
import { type AdminServer, startAdminServer } from '../record/admin-server.ts';
import { createRecorderMetrics, type RecorderMetrics } from '../record/recorder-metrics.ts';
import { recordingFilter } from '../record/recording-filter.ts';
import { type Recorder, startRecorder } from '../record/start-recorder.ts';
import { probeTarget } from '../replay/probe-target.ts';
import type { TapeThread } from '../store/tape-thread.ts';
import { createLog } from './log.ts';
import { collect } from './option-values.ts';
import { createRecordProgress } from './record-progress.ts';
import { type RecordOptions, type RecordSettings, recordSettings } from './record-settings.ts';
import { runServerCommand } from './server-command.ts';
import { listenForStop } from './stop-signal.ts';
import { defaultTapePath, openTapeThread } from './tape-file.ts';
import { toolVersion } from './tool-version.ts';

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
    .option('--path <path>', 'record POSTs to this path instead; may be repeated', collect)
    .option('--sample <share>', 'record this share of the conversations, whole ones', '100%')
    .option('--no-bodies', 'keep timing, sizes and token counts only')
    .option('--redact-header <name>', 'hide one more header; may be repeated', collect)
    .option('--redact-json-path <path>', 'empty this place in bodies, e.g. messages[*].content', collect)
    .option('--redact-pattern <pattern>', 'overwrite email, keys, cards or a regular expression', collect)
    .option('--max-body <size>', 'keep at most this much of a body; the rest passes', '32MiB')
    .option('--queue-bytes <size>', 'drop records rather than let more than this wait', '256MiB')
    .option('--fail-closed', 'answer 503 to what cannot be recorded, instead of passing it unrecorded')
    .option('--drain <time>', 'at Ctrl-C or SIGTERM let what is in flight end for so long', '30s')
    .option('--tls-cert <file>', 'serve HTTPS with this certificate (PEM)')
    .option('--tls-key <file>', 'and this key')
    .option('--upstream-ca <file>', "trust this authority for the upstream's certificate (PEM)")
    .option('--admin <address>', '/metrics, /healthz and /readyz on a port of their own')
    .option('--server-command <command>', "store what this prints at both ends, e.g. 'nvidia-smi -q'")
    .option('--log <format>', 'what stderr says: text or json', 'text')
    .addHelpText(
      'after',
      `
Examples:
  reprise record --upstream http://127.0.0.1:8000
  reprise record --upstream http://gpu-1:8000 --listen 0.0.0.0:8080 --out recordings/monday.sqlite
  reprise record --upstream http://gpu-1:8000 --sample 10% --redact-pattern email --admin 127.0.0.1:9090`,
    )
    .action(record);
}

async function record(options: RecordOptions): Promise<void> {
  const settings = recordSettings(options);
  const { upstream, drainMs } = settings;
  const path = settings.out ?? defaultTapePath(systemClock.wallMs());
  const log = createLog(settings.jsonLog);
  const stop = listenForStop(log.info);
  const progress = createRecordProgress(systemClock.nowUs);
  const metrics = createRecorderMetrics();
  const tape = await openTapeThread(path, settings.append ? 'append' : 'create', {
    queueBytes: settings.queueBytes,
    policy: settings.keep,
    onProblem: log.warn,
    onDigests(digests) {
      progress.add(digests);
      metrics.add(digests);
    },
  });
  const { captureId, recorder, admin } = await start(settings, tape, metrics, stop.signal).catch(
    async (error: unknown) => {
      await tape.close();
      // A tape that never saw a request is only in the way of the next try.
      if (!settings.append) for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
      throw error;
    },
  );
  const status = () => progress.status(recorder.stats(), tape.drops());
  log.info(`recording ${upstream.origin} to ${path}: send clients to ${recorder.url.origin}, Ctrl-C stops`, {
    upstream: upstream.origin,
    tape: path,
    listen: recorder.url.origin,
    admin: admin?.url.origin ?? null,
  });
  if (admin !== null) log.info(`counts are at ${admin.url.origin}/metrics`);
  const states = await statesOf(settings, 'start');
  if (states.length === 0) log.warn(`${upstream.origin} does not answer yet`);
  await addStates(tape, captureId, states);

  const endProgress = log.progress(status);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await recorder.close(drainMs);
  endProgress();
  await addStates(tape, captureId, await statesOf(settings, 'end'));
  await tape
    .endCapture(captureId, systemClock.wallMs())
    .catch((error: Error) => log.warn(`the capture could not be closed: ${error.message}`));
  await tape.close();
  await admin?.close();
  const { line, fields } = status();
  log.info(`${line}; ${path} is complete`, { ...fields, tape: path });
}

/** Opens everything that serves, the traffic last. */
async function start(
  settings: RecordSettings,
  tape: TapeThread,
  metrics: RecorderMetrics,
  stopping: AbortSignal,
): Promise<{ captureId: number; recorder: Recorder; admin: AdminServer | null }> {
  const { upstream, listen, failClosed } = settings;
  const startedUs = systemClock.nowUs();
  const captureId = await tape.beginCapture({
    startedAtMs: systemClock.wallMs(),
    startedUs,
    upstream: upstream.origin,
    toolVersion: toolVersion(),
    settings: settingsOnTape(settings),
    redaction: {
      headers: [...CREDENTIAL_HEADERS, ...settings.redactHeaders],
      parameters: CREDENTIAL_PARAMETERS,
      ...settings.keep,
    },
  });
  // The key lives as long as this process: equal credentials look equal on its tapes, and nobody can try guesses.
  const redaction = createCredentialRedaction({
    hashKey: randomBytes(32),
    moreHeaders: settings.redactHeaders,
  });
  const recorder = await startRecorder({
    ...listen,
    upstream,
    sink: tape.exchangeSink(captureId),
    clock: systemClock,
    startedUs,
    redactHeaders: redaction.headers,
    redactPath: redaction.path,
    shouldRecord: recordingFilter(settings.paths),
    refuseRecorded: () => (failClosed ? tape.trouble() : null),
    tls: settings.tls,
    upstreamCa: settings.upstreamCa,
    maxBodyBytes: settings.maxBodyBytes,
  });
  const admin = await startAdmin(settings, tape, metrics, recorder, stopping).catch(
    async (error: unknown) => {
      await recorder.close(0);
      throw error;
    },
  );
  return { captureId, recorder, admin };
}

/** How often the event loop's delay is sampled for the operator, ms: the finer, the more it costs. */
const LOOP_SAMPLE_MS = 10;

async function startAdmin(
  settings: RecordSettings,
  tape: TapeThread,
  metrics: RecorderMetrics,
  recorder: Recorder,
  stopping: AbortSignal,
): Promise<AdminServer | null> {
  if (settings.admin === null) return null;
  const loop = startLoopMonitor(LOOP_SAMPLE_MS);
  return startAdminServer(settings.admin.host, settings.admin.port, {
    notReady() {
      if (stopping.aborted) return 'stopping';
      return settings.failClosed ? tape.trouble() : null;
    },
    metrics() {
      const { inFlight, requests, recorded, forwardSeconds } = recorder.stats();
      const { p50, p99, max } = loop.delayMs();
      return metrics.page({
        inFlight,
        requests,
        recorded,
        queuedBytes: tape.queuedBytes(),
        queueLimitBytes: settings.queueBytes,
        drops: tape.drops(),
        loopDelaySec: { p50: p50 / 1e3, p99: p99 / 1e3, max: max / 1e3 },
        forward: { seconds: forwardSeconds, count: requests },
        trouble: tape.trouble(),
      });
    },
  });
}

/** What a reader of the tape should know of how it was made; keys and certificates are none of it. */
function settingsOnTape(settings: RecordSettings): Readonly<Record<string, unknown>> {
  const { listen, paths, maxBodyBytes, queueBytes, failClosed, drainMs, serverCommand } = settings;
  return {
    listen,
    paths,
    maxBodyBytes,
    queueBytes,
    failClosed,
    drainMs,
    serverCommand,
    tls: settings.tls !== null,
  };
}

/** What the upstream and the operator's command say, so that the tape tells what was recorded. */
async function statesOf(settings: RecordSettings, edge: 'start' | 'end'): Promise<readonly ServerState[]> {
  const { upstream, upstreamCa, serverCommand } = settings;
  const [told, printed] = await Promise.all([
    probeTarget(upstream.origin, edge, [], systemClock.wallMs, upstreamCa),
    serverCommand === null ? [] : [await runServerCommand(serverCommand, edge, systemClock.wallMs)],
  ]);
  return [...told, ...printed];
}

function addStates(tape: TapeThread, captureId: number, states: readonly ServerState[]): Promise<void> {
  // The tape's thread has told of it if it cannot write; the traffic goes on.
  return tape.addServerStates({ captureId }, states).catch(() => undefined);
}
