import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Command } from 'commander';
import { CREDENTIAL_HEADERS, CREDENTIAL_PARAMETERS, createCredentialRedaction } from '../chat/redact.ts';
import { startLoopMonitor } from '../measure/loop-monitor.ts';
import type { ServerState } from '../model/capture.ts';
import { systemClock } from '../model/clock.ts';
import type { Digest } from '../model/digest.ts';
import { type AdminServer, startAdminServer } from '../record/admin-server.ts';
import { createRecorderMetrics, type RecorderMetrics } from '../record/recorder-metrics.ts';
import { recordingFilter } from '../record/recording-filter.ts';
import { type Recorder, startRecorder } from '../record/start-recorder.ts';
import { probeTarget } from '../replay/probe-target.ts';
import { createLog, type Log } from './log.ts';
import { collect } from './option-values.ts';
import { createRecordProgress } from './record-progress.ts';
import { type RecordOptions, type RecordSettings, recordSettings } from './record-settings.ts';
import { runServerCommand } from './server-command.ts';
import { listenForStop } from './stop-signal.ts';
import { defaultTapePath } from './tape-file.ts';
import { openTapeSeries, removeTape, type TapeSeries } from './tape-series.ts';
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
    .option('--rotate <limit>', 'go on with a new tape at this size or age, e.g. 1GB or 1h', collect)
    .option('--keep <n>', 'keep only the newest tapes of this recording')
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
  const tapes = await openTapes(settings, path, log, (digests) => {
    progress.add(digests);
    metrics.add(digests);
  });
  const { recorder, admin } = await serve(settings, tapes, metrics, stop.signal).catch(
    async (error: unknown) => {
      await tapes.close();
      // A tape that never saw a request is only in the way of the next try.
      if (!settings.append) removeTape(path);
      throw error;
    },
  );
  log.info(`recording ${upstream.origin} to ${path}: send clients to ${recorder.url.origin}, Ctrl-C stops`, {
    upstream: upstream.origin,
    tape: path,
    listen: recorder.url.origin,
    admin: admin?.url.origin ?? null,
  });
  if (admin !== null) log.info(`counts are at ${admin.url.origin}/metrics`);
  const reachable = await tapes.begun;
  if (!reachable) log.warn(`${upstream.origin} does not answer yet`);

  const status = () => progress.status(recorder.stats(), tapes.drops());
  const endProgress = log.progress(status);
  const rotation = setInterval(() => void tapes.rotateIfDue(), ROTATE_CHECK_MS);
  if (!stop.signal.aborted) await once(stop.signal, 'abort');
  await recorder.close(drainMs);
  clearInterval(rotation);
  endProgress();
  await tapes.close();
  await admin?.close();
  const { line, fields } = status();
  log.info(`${line}; ${tapes.path()} is complete`, { ...fields, tape: tapes.path() });
}

/** How often it is looked whether a new tape is due, ms. */
const ROTATE_CHECK_MS = 1_000;

function openTapes(
  settings: RecordSettings,
  path: string,
  log: Log,
  onDigests: (digests: readonly Digest[]) => void,
): Promise<TapeSeries> {
  const { upstream, queueBytes, keep, limits } = settings;
  const redaction = {
    headers: [...CREDENTIAL_HEADERS, ...settings.redactHeaders],
    parameters: CREDENTIAL_PARAMETERS,
    ...keep,
  };
  return openTapeSeries({
    path,
    mode: settings.append ? 'append' : 'create',
    thread: { queueBytes, policy: keep, onProblem: log.warn, onDigests },
    limits,
    capture: () => ({
      startedAtMs: systemClock.wallMs(),
      startedUs: systemClock.nowUs(),
      upstream: upstream.origin,
      toolVersion: toolVersion(),
      settings: settingsOnTape(settings),
      redaction,
    }),
    wallMs: systemClock.wallMs,
    statesOf: (edge) => statesOf(settings, edge),
    warn: log.warn,
  });
}

/** Opens everything that serves. */
async function serve(
  settings: RecordSettings,
  tapes: TapeSeries,
  metrics: RecorderMetrics,
  stopping: AbortSignal,
): Promise<{ recorder: Recorder; admin: AdminServer | null }> {
  const { upstream, listen, failClosed } = settings;
  // The key lives as long as this process: equal credentials look equal on its tapes, and nobody can try guesses.
  const redaction = createCredentialRedaction({
    hashKey: randomBytes(32),
    moreHeaders: settings.redactHeaders,
  });
  const recorder = await startRecorder({
    ...listen,
    upstream,
    sink: tapes.sink,
    clock: systemClock,
    startedUs: tapes.startedUs,
    redactHeaders: redaction.headers,
    redactPath: redaction.path,
    shouldRecord: recordingFilter(settings.paths),
    refuseRecorded: () => (failClosed ? tapes.trouble() : null),
    tls: settings.tls,
    upstreamCa: settings.upstreamCa,
    maxBodyBytes: settings.maxBodyBytes,
  });
  const admin = await startAdmin(settings, tapes, metrics, recorder, stopping).catch(
    async (error: unknown) => {
      await recorder.close(0);
      throw error;
    },
  );
  return { recorder, admin };
}

/** How often the event loop's delay is sampled for the operator, ms: the finer, the more it costs. */
const LOOP_SAMPLE_MS = 10;

async function startAdmin(
  settings: RecordSettings,
  tapes: TapeSeries,
  metrics: RecorderMetrics,
  recorder: Recorder,
  stopping: AbortSignal,
): Promise<AdminServer | null> {
  if (settings.admin === null) return null;
  const loop = startLoopMonitor(LOOP_SAMPLE_MS);
  return startAdminServer(settings.admin.host, settings.admin.port, {
    notReady() {
      if (stopping.aborted) return 'stopping';
      return settings.failClosed ? tapes.trouble() : null;
    },
    metrics() {
      const { inFlight, requests, recorded, forwardSeconds } = recorder.stats();
      const { p50, p99, max } = loop.delayMs();
      return metrics.page({
        inFlight,
        requests,
        recorded,
        queuedBytes: tapes.queuedBytes(),
        queueLimitBytes: settings.queueBytes,
        drops: tapes.drops(),
        loopDelaySec: { p50: p50 / 1e3, p99: p99 / 1e3, max: max / 1e3 },
        forward: { seconds: forwardSeconds, count: requests },
        trouble: tapes.trouble(),
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
