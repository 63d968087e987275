import { randomBytes } from 'node:crypto';
import { MAX_DECODED_BYTES } from '../../chat/content-coding.ts';
import { CREDENTIAL_RULES } from '../../chat/redaction/credentials.ts';
import { systemClock } from '../../model/clock.ts';
import { type AdminServer, startAdminServer } from '../../record/admin-server.ts';
import { withCertificateAdvice } from '../../record/forwarder.ts';
import type { RecorderGauges, RecorderMetrics } from '../../record/recorder-metrics.ts';
import type { Trust } from '../../replay/engine/target-socket.ts';
import { whyUnreachable } from '../../replay/probe-target.ts';
import { toolVersion } from '../provenance.ts';
import { serverStates } from '../replay/server-states.ts';
import { addressOf, headersFor } from '../replay/target-address.ts';
import { settingsWithoutSecrets } from '../secrets.ts';
import { droppedLines } from '../terminal/stderr.ts';
import type { Log } from '../terminal/terminal.ts';
import { connectionLimit } from './connection-limit.ts';
import type { ProxyStats } from './proxy.ts';
import { type Proxies, startProxies } from './proxy-threads.ts';
import type { RecordSettings } from './record-settings.ts';
import type { Spans } from './spans.ts';
import { openTapeSeries, type TapeSeries, type TapeSeriesOptions } from './tape-series.ts';
import type { Uploads } from './uploads.ts';

/**
 * Opens the tape, or the first of several, that a recording is written to.
 * @throws UserError (as a rejection) when it cannot be opened or made
 */
export function openRecording(
  settings: RecordSettings,
  path: string,
  log: Log,
  onSamples: NonNullable<TapeSeriesOptions['onSamples']>,
  uploads: Uploads | null = null,
): Promise<TapeSeries> {
  const { upstream, queueBytes, keep, limits } = settings;
  const { maxBodyBytes: _size, ...rules } = keep;
  const redaction = { ...CREDENTIAL_RULES, headers: settings.redactHeaders, ...rules };
  return openTapeSeries({
    path,
    mode: settings.append ? 'append' : 'create',
    thread: { queueBytes, policy: keep, onProblem: log.warn },
    onSamples,
    limits,
    capture: () => ({
      startedAtMs: systemClock.wallMs(),
      startedUs: systemClock.nowUs(),
      upstream: addressOf(upstream),
      toolVersion: toolVersion(),
      settings: settingsOnTape(settings),
      redaction,
    }),
    wallMs: systemClock.wallMs,
    statesOf: (edge) =>
      serverStates(
        settings.upstream,
        { headers: [], trust: trustOf(settings.upstreamCa), serverCommand: settings.serverCommand },
        edge,
      ),
    warn: log.warn,
    ...(uploads === null ? {} : { uploads }),
  });
}

/** Why the upstream gives no answer; null when it gives one. */
export async function whyNoAnswer({ upstream, upstreamCa }: RecordSettings): Promise<string | null> {
  const why = await whyUnreachable(addressOf(upstream), headersFor(upstream, []), trustOf(upstreamCa));
  return why === null ? null : withCertificateAdvice(why);
}

function trustOf(ca: string | null): Trust {
  return { ca, insecure: false };
}

/** How the recording was made, for readers of the tape: without keys and certificates, secrets in commands masked. */
function settingsOnTape(settings: RecordSettings): Readonly<Record<string, unknown>> {
  // Upstream and redaction have columns of their own.
  const { upstream: _upstream, keep, redactHeaders: _headers, tls, upstreamCa, otlp, ...rest } = settings;
  const { maxBodyBytes } = keep;
  return settingsWithoutSecrets({
    ...rest,
    maxBodyBytes,
    otlp: otlp === null ? null : addressOf(otlp),
    tls: tls !== null,
    upstreamCa: upstreamCa !== null,
  });
}

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
  sent: { readonly uploads?: Uploads | null; readonly spans?: Spans | null } = {},
): Promise<{ proxies: Proxies; admin: AdminServer | null }> {
  const {
    upstream,
    listen,
    tls,
    upstreamCa,
    keep,
    paths,
    redactHeaders,
    failClosed,
    namesUpstream,
    workers,
  } = settings;
  const most = connectionLimit();
  const maxConnections = most === null ? null : Math.max(1, Math.floor(most / workers));
  // The key lives as long as this process: equal credentials look equal on its tapes, and hashes cannot be attacked by guessing.
  const hashKey = randomBytes(32);
  // Figures come from the whole body, however little of it is kept.
  const maxBodyBytes = Math.max(keep.maxBodyBytes, MAX_DECODED_BYTES);
  const limits = { maxBodyBytes, maxResentBytes: keep.maxBodyBytes, maxConnections, namesUpstream };
  const common = { ...listen, ...limits, tls, upstreamCa, paths, redactHeaders, failClosed, hashKey };
  const forAll = { ...common, upstream: upstream.href, watchLoop: settings.admin !== null };
  const proxies = await startProxies(forAll, workers, tapes, log.warn);
  if (settings.admin === null) return { proxies, admin: null };
  const { host, port } = settings.admin;
  const admin = await startAdminServer(host, port, {
    notReady: () => (stopping.aborted ? 'stopping' : tapes.trouble()),
    metrics: async () =>
      metrics.page({
        ...gauges(settings, tapes, await proxies.freshStats()),
        upload: sent.uploads?.counts() ?? null,
        spans: sent.spans?.counts() ?? null,
      }),
  }).catch(async (error: unknown) => {
    await proxies.close(0);
    throw error;
  });
  return { proxies, admin };
}

function gauges(
  settings: RecordSettings,
  tapes: TapeSeries,
  stats: ProxyStats,
): Omit<RecorderGauges, 'upload' | 'spans'> {
  const { inFlight, requests, recorded, resent, refused, connections, connectionsRefused, forwardSeconds } =
    stats;
  const { p50, p99, max } = stats.loopDelayMs;
  return {
    inFlight,
    requests,
    recorded,
    resent,
    refused,
    connections,
    connectionsRefused,
    queuedBytes: tapes.queuedBytes(),
    queueLimitBytes: settings.queueBytes,
    drops: tapes.drops(),
    loopDelaySec: { p50: p50 / 1e3, p99: p99 / 1e3, max: max / 1e3 },
    forward: { seconds: forwardSeconds, count: requests },
    messagesDropped: droppedLines(),
    trouble: tapes.trouble(),
  };
}
