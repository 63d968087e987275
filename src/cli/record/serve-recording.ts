import { randomBytes } from 'node:crypto';
import { type AdminServer, startAdminServer } from '../../record/admin-server.ts';
import type { RecorderGauges, RecorderMetrics } from '../../record/recorder-metrics.ts';
import type { Log } from '../terminal/log.ts';
import type { ProxyStats } from './proxy.ts';
import { type Proxies, startProxies } from './proxy-threads.ts';
import type { RecordSettings } from './record-settings.ts';
import type { TapeSeries } from './tape-series.ts';

/**
 * Opens everything of a recording that serves: the proxy, on this thread or on several others, and the operator's port.
 * @throws UserError (as a rejection) when a port cannot be opened
 */
export async function serveRecording(
  settings: RecordSettings,
  tapes: TapeSeries,
  metrics: RecorderMetrics,
  log: Log,
  stopping: AbortSignal,
): Promise<{ proxies: Proxies; admin: AdminServer | null }> {
  const { upstream, listen, tls, upstreamCa, maxBodyBytes, paths, redactHeaders, failClosed } = settings;
  // The key lives as long as this process: equal credentials look equal on its tapes, and nobody can try guesses.
  const hashKey = randomBytes(32);
  const common = { ...listen, tls, upstreamCa, maxBodyBytes, paths, redactHeaders, failClosed, hashKey };
  const forAll = { ...common, upstream: upstream.href, watchLoop: settings.admin !== null };
  const proxies = await startProxies(forAll, settings.workers, tapes, log.warn);
  if (settings.admin === null) return { proxies, admin: null };
  const { host, port } = settings.admin;
  const admin = await startAdminServer(host, port, {
    notReady: () => (stopping.aborted ? 'stopping' : failClosed ? tapes.trouble() : null),
    metrics: async () => metrics.page(gauges(settings, tapes, await proxies.freshStats())),
  }).catch(async (error: unknown) => {
    await proxies.close(0);
    throw error;
  });
  return { proxies, admin };
}

function gauges(settings: RecordSettings, tapes: TapeSeries, stats: ProxyStats): RecorderGauges {
  const { inFlight, requests, recorded, resent, forwardSeconds } = stats;
  const { p50, p99, max } = stats.loopDelayMs;
  return {
    inFlight,
    requests,
    recorded,
    resent,
    queuedBytes: tapes.queuedBytes(),
    queueLimitBytes: settings.queueBytes,
    drops: tapes.drops(),
    loopDelaySec: { p50: p50 / 1e3, p99: p99 / 1e3, max: max / 1e3 },
    forward: { seconds: forwardSeconds, count: requests },
    trouble: tapes.trouble(),
  };
}
