import { randomBytes } from 'node:crypto';
import { MAX_DECODED_BYTES } from '../../chat/content-coding.ts';
import { createCredentialRedaction } from '../../chat/redact.ts';
import { startLoopMonitor } from '../../measure/loop-monitor.ts';
import { systemClock } from '../../model/clock.ts';
import { type AdminServer, startAdminServer } from '../../record/admin-server.ts';
import type { RecorderGauges, RecorderMetrics } from '../../record/recorder-metrics.ts';
import { recordingFilter } from '../../record/recording-filter.ts';
import { startRecorder } from '../../record/start-recorder.ts';
import type { Log } from '../terminal/log.ts';
import { type ProxyThreads, startProxyThreads } from './proxy-threads.ts';
import type { RecordSettings } from './record-settings.ts';
import type { TapeSeries } from './tape-series.ts';

/**
 * Opens everything of a recording that serves: the proxy and the operator's port.
 * @throws UserError (as a rejection) when a port cannot be opened
 */
export async function serveRecording(
  settings: RecordSettings,
  tapes: TapeSeries,
  metrics: RecorderMetrics,
  log: Log,
  stopping: AbortSignal,
): Promise<{ front: ProxyFront; admin: AdminServer | null }> {
  const refuseRecorded = (): string | null => (settings.failClosed ? tapes.trouble() : null);
  const front = await startFront(settings, tapes, refuseRecorded, log);
  if (settings.admin === null) return { front, admin: null };
  const { host, port } = settings.admin;
  const admin = await startAdminServer(host, port, {
    notReady: () => (stopping.aborted ? 'stopping' : refuseRecorded()),
    metrics: () => metrics.page(gauges(settings, tapes, front)),
  }).catch(async (error: unknown) => {
    await front.close(0);
    throw error;
  });
  return { front, admin };
}

/** The proxy, on this thread or on several others. */
async function startFront(
  settings: RecordSettings,
  tapes: TapeSeries,
  refuseRecorded: () => string | null,
  log: Log,
): Promise<ProxyFront> {
  const { upstream, listen, tls, upstreamCa, keep, paths, redactHeaders } = settings;
  // The key lives as long as this process: equal credentials look equal on its tapes, and nobody can try guesses.
  const hashKey = randomBytes(32);
  // Figures come from the whole body, however little of it is kept.
  const readBytes = Math.max(keep.maxBodyBytes, MAX_DECODED_BYTES);
  const common = { ...listen, sink: tapes.sink, refuseRecorded, tls, upstreamCa, maxBodyBytes: readBytes };
  if (settings.workers > 1) {
    const { href } = upstream;
    const more = { threads: settings.workers, hashKey, redactHeaders, paths, onDeath: log.warn };
    return startProxyThreads({ ...common, ...more, upstream: href });
  }
  const redaction = createCredentialRedaction({ hashKey, moreHeaders: redactHeaders });
  const recorder = await startRecorder({
    ...common,
    upstream,
    clock: systemClock,
    redactHeaders: redaction.headers,
    redactPath: redaction.path,
    shouldRecord: recordingFilter(paths),
  });
  const loop = settings.admin === null ? null : startLoopMonitor(LOOP_SAMPLE_MS);
  return { ...recorder, stats: () => ({ ...recorder.stats(), loopDelayMs: loop?.delayMs() ?? NO_DELAY }) };
}

/** The proxy as the command sees it, on however many threads. */
type ProxyFront = ProxyThreads;

/** How often the event loop's delay is sampled for the operator, ms: the finer, the more it costs. */
const LOOP_SAMPLE_MS = 10;

const NO_DELAY = { p50: 0, p99: 0, max: 0 } as const;

function gauges(settings: RecordSettings, tapes: TapeSeries, front: ProxyFront): RecorderGauges {
  const { inFlight, requests, recorded, forwardSeconds, loopDelayMs } = front.stats();
  const { p50, p99, max } = loopDelayMs;
  return {
    inFlight,
    requests,
    recorded,
    queuedBytes: tapes.queuedBytes(),
    queueLimitBytes: settings.queueBytes,
    drops: tapes.drops(),
    loopDelaySec: { p50: p50 / 1e3, p99: p99 / 1e3, max: max / 1e3 },
    forward: { seconds: forwardSeconds, count: requests },
    trouble: tapes.trouble(),
  };
}
