import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { RESPONSES } from '../../chat/apis/responses.ts';
import { usualPath } from '../../chat/apis/table.ts';
import { asArray, asCount, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Arrivals } from '../../model/run.ts';
import { isoUs, nanosecondsUs } from '../reading/instants.ts';
import { type JsonDecode, type JsonFormat, jsonFormat } from '../reading/json-reader.ts';
import { type BenchmarkRequest, type BenchmarkRun, mostInFlight, NO_GAPS } from './benchmark-run.ts';

/** The file beside the results that says what was asked for. */
export const AIPERF_SUMMARY = 'profile_export_aiperf.json';

const owns = ({ metadata, metrics, responses }: JsonObject): boolean =>
  metadata !== undefined && metrics !== undefined && responses === undefined;

/** aiperf's `profile_export.jsonl`, one request a line; one file is one run. */
export const AIPERF: JsonFormat = {
  ...jsonFormat(owns, () => () => 'noRequest'),
  reader(head, ofAnother) {
    const requests: BenchmarkRequest[] = [];
    const take: JsonDecode = ({ document }) => {
      if (!owns(document)) return 'noRequest';
      const metadata = asObject(document.metadata) ?? {};
      if ((asString(metadata.benchmark_phase) ?? 'profiling') !== 'profiling') return 'warmup';
      const request = requestOf(metadata, document);
      if (request !== null) requests.push(request);
      return request === null ? 'malformed' : [];
    };
    const reader = jsonFormat(owns, () => take).reader(head, ofAnother);
    return { ...reader, runs: () => (requests.length === 0 ? [] : [runOf(requests)]) };
  },
};

/** Instants on the wall clock; null where there is none. */
function requestOf(metadata: JsonObject, document: JsonObject): BenchmarkRequest | null {
  const metrics = asObject(document.metrics) ?? {};
  const sentUs = nanosecondsUs(metadata.request_start_ns);
  const endUs = nanosecondsUs(metadata.request_end_ns);
  if (sentUs === null || endUs === null || endUs < sentUs) return null;
  const scheduledUs = Math.min(sentUs, nanosecondsUs(metadata.credit_issued_ns) ?? sentUs);
  const failed = asObject(document.error);
  const status = failed === null ? 200 : asCount(failed.code);
  const ttftUs = microseconds(metrics, 'time_to_first_token');
  const latencyUs = microseconds(metrics, 'request_latency');
  const firstTokenUs = ttftUs === null || failed !== null ? null : sentUs + ttftUs;
  const gapsUs = firstTokenUs === null ? NO_GAPS : chunkGapsUs(metrics.inter_chunk_latency);
  const usage = tokens(metrics, 'usage_completion_tokens');
  const completionTokens = usage ?? tokens(metrics, 'output_sequence_length');
  return {
    seq: asCount(metadata.session_num) ?? 0,
    scheduledUs,
    sentUs,
    finishedUs: latencyUs === null ? endUs : sentUs + latencyUs,
    firstTokenUs,
    lastTokenUs: firstTokenUs === null ? null : gapsUs.reduce((sum, us) => sum + us, firstTokenUs),
    outcome: outcomeOf(metadata, failed, status),
    status: status === 0 ? null : status,
    error: asString(failed?.message)?.slice(0, 200) ?? null,
    promptTokens: tokens(metrics, 'usage_prompt_tokens') ?? tokens(metrics, 'input_sequence_length'),
    completionTokens,
    cachedTokens: tokens(metrics, 'usage_prompt_cache_read_tokens'),
    tokenSource: usage !== null ? 'usage' : completionTokens === null ? 'none' : 'imported',
    streamed: firstTokenUs !== null,
    gapsUs,
    wireBytes: kibibytes(metrics),
  };
}

function outcomeOf(metadata: JsonObject, failed: JsonObject | null, status: number | null): Outcome {
  if (metadata.was_cancelled === true) return 'client_aborted';
  if (failed === null) return 'ok';
  if (status !== null && status >= 300 && status < 600 && status !== 499) return 'http_error';
  const words = `${asString(failed.type) ?? ''} ${asString(failed.message) ?? ''}`;
  if (/Connect/i.test(words) && !/Disconnect/i.test(words)) return 'unreachable';
  return /Timeout/i.test(words) ? 'timeout' : 'upstream_aborted';
}

function value(metrics: JsonObject, name: string): unknown {
  const metric = metrics[name];
  return asObject(metric)?.value ?? metric;
}

function tokens(metrics: JsonObject, name: string): number | null {
  return asCount(value(metrics, name));
}

/** A time in milliseconds. */
function microseconds(metrics: JsonObject, name: string): number | null {
  const ms = value(metrics, name);
  return typeof ms === 'number' && ms >= 0 && Number.isFinite(ms) ? Math.round(ms * 1e3) : null;
}

function chunkGapsUs(metric: unknown): Float64Array {
  const values = asArray(asObject(metric)?.value ?? metric);
  return Float64Array.from(values, (ms) => Math.max(0, Math.round(Number(ms) * 1e3) || 0));
}

function kibibytes(metrics: JsonObject): number {
  const size = value(metrics, 'http_req_data_received');
  const isKnown = typeof size === 'number' && size > 0 && size < 1e9;
  return isKnown && asObject(metrics.http_req_data_received)?.unit === 'KB' ? Math.round(size * 1024) : 0;
}

/**
 * Lines are in the order of completion; the plan's is that of issue. A request that had not ended with the run has no line:
 * the others keep their numbers, unless turns of one conversation share them.
 */
function runOf(found: readonly BenchmarkRequest[]): BenchmarkRun {
  const sorted = found.toSorted((a, b) => a.seq - b.seq || a.sentUs - b.sentUs);
  const isNumbered = sorted.every(({ seq }, i) => i === 0 || seq !== sorted[i - 1]?.seq);
  const zeroUs = sorted.reduce((least, { scheduledUs: us }) => Math.min(least, us), Number.POSITIVE_INFINITY);
  const endUs = sorted.reduce((most, { finishedUs: us }) => Math.max(most, us), 0);
  const requests = sorted.map((request, i) => ({
    ...sinceStart(request, zeroUs),
    seq: isNumbered ? request.seq : i,
  }));
  const connections = mostInFlight(requests);
  return {
    tool: 'aiperf',
    model: null,
    asked: {},
    target: null,
    path: null,
    cell: { threads: 1, connections },
    load: { kind: 'closed', semantics: 'drain' },
    startedAtMs: Math.floor(zeroUs / 1e3),
    windowUs: Math.max(1, endUs - zeroUs),
    wasStopped: false,
    requests,
  };
}

function sinceStart(request: BenchmarkRequest, zeroUs: number): BenchmarkRequest {
  const since = <T extends number | null>(us: T) => (us === null ? us : us - zeroUs) as T;
  return {
    ...request,
    scheduledUs: since(request.scheduledUs),
    sentUs: since(request.sentUs),
    finishedUs: since(request.finishedUs),
    firstTokenUs: since(request.firstTokenUs),
    lastTokenUs: since(request.lastTokenUs),
  };
}

/** Paths by the names of its types of endpoint. */
const PATHS: Readonly<Record<string, string>> = {
  chat: usualPath(CHAT),
  completions: usualPath(COMPLETIONS),
  responses: usualPath(RESPONSES),
};

/** The run with what the summary beside its file says of the load, the model and the server. */
export function withAiperfSummary(run: BenchmarkRun, summary: JsonObject): BenchmarkRun {
  const config = asObject(summary.input_config) ?? {};
  const phase =
    asArray(config.phases)
      .map(asObject)
      .find((one) => one?.kind === 'profiling') ?? {};
  const endpoint = asObject(config.endpoint) ?? {};
  const model = asString(asObject(asArray(asObject(config.models)?.items)[0])?.name);
  const data = asObject(asArray(config.datasets)[0]) ?? {};
  const connections = asCount(phase.concurrency);
  const { rate } = phase;
  const startedUs = isoUs(summary.start_time);
  return {
    ...run,
    model,
    asked: {
      model,
      endpoint: asString(endpoint.type),
      load: asString(phase.type),
      rate: typeof rate === 'number' ? rate : null,
      concurrency: connections,
      requests: asCount(phase.requests),
      duration: typeof phase.duration === 'number' ? phase.duration : null,
      data: asString(data.type),
      seed: asCount(data.random_seed),
    },
    target: asString(asArray(endpoint.urls)[0]),
    path: PATHS[asString(endpoint.type) ?? ''] ?? null,
    wasStopped: summary.was_cancelled === true,
    ...(startedUs === null || run.startedAtMs !== null ? {} : { startedAtMs: Math.floor(startedUs / 1e3) }),
    ...(typeof rate === 'number' && rate > 0
      ? {
          cell: { ...run.cell, ratePerSec: rate },
          load: { kind: 'open', arrivals: arrivalsOf(phase, rate), maxInFlight: connections },
        }
      : { cell: { ...run.cell, connections: connections ?? run.cell.connections } }),
  };
}

function arrivalsOf({ type, smoothness }: JsonObject, ratePerSec: number): Arrivals {
  if (type === 'constant') return { kind: 'constant', ratePerSec };
  const shape = typeof smoothness === 'number' && smoothness > 0 ? smoothness : 1;
  return type === 'gamma' && shape !== 1
    ? { kind: 'gamma', ratePerSec, cv: 1 / Math.sqrt(shape) }
    : { kind: 'poisson', ratePerSec };
}
