import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { usualPath } from '../../chat/apis/table.ts';
import { NO_CHUNKS } from '../../model/chunk-times.ts';
import { asArray, asCount, asString, type JsonObject } from '../../model/json.ts';
import type { ImportSkipReason } from '../../model/notes/imports.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Arrivals, Cell, Load } from '../../model/run.ts';
import { type BenchmarkRequest, type BenchmarkRun, mostInFlight, readsOf } from './benchmark-run.ts';
import { resultFormat } from './result-format.ts';

/** A result has all requests in one object: as much as Node holds in one text, bytes. */
const MAX_RESULT_BYTES = 500 * 1024 * 1024;

/** Results of `vllm bench serve --save-result --save-detailed`, one object a run; several are one a line (`--append-result`). */
export const VLLM_BENCH = resultFormat(
  ({ request_throughput: rate, completed, burstiness }) =>
    rate !== undefined && completed !== undefined && burstiness !== undefined,
  () => {
    const runs: BenchmarkRun[] = [];
    return {
      runs: () => runs,
      take(document) {
        const run = decode(document);
        if (typeof run === 'string') return run;
        runs.push(run);
        return null;
      },
    };
  },
  MAX_RESULT_BYTES,
);

/** What is compared of the questions and the load. */
const ASKED = [
  'backend',
  'model_id',
  'num_prompts',
  'request_rate',
  'burstiness',
  'max_concurrency',
  'ramp_up_strategy',
  'ramp_up_start_rps',
  'ramp_up_end_rps',
] as const;

/** Paths by the names of its backends. */
const PATHS: Readonly<Record<string, string>> = {
  openai: usualPath(COMPLETIONS),
  vllm: usualPath(COMPLETIONS),
  'openai-chat': usualPath(CHAT),
};

/** Instants of its own clock count from the first request that was due. */
function decode(document: JsonObject): BenchmarkRun | ImportSkipReason {
  const { duration, date, backend, endpoint_type: endpointType, model_id: model } = document;
  const columns = columnsOf(document);
  if (typeof columns === 'string') return columns;
  if (typeof duration !== 'number' || !(duration > 0)) return 'malformed';
  const dueSec = columns.starts.map((start, i) => start - (columns.queued[i] ?? 0));
  const zeroSec = dueSec.reduce((least, sec) => Math.min(least, sec), Number.POSITIVE_INFINITY);
  const requests = columns.starts.map((_, i) => requestOf(columns, i, zeroSec));
  const windowUs = Math.round(duration * 1e6);
  const endedAtMs = dateMs(date);
  return {
    tool: 'vllm-bench',
    model: asString(model),
    asked: Object.fromEntries(ASKED.map((name) => [name, scalar(document[name])])),
    target: null,
    path: PATHS[asString(backend) ?? asString(endpointType) ?? ''] ?? null,
    ...loadOf(document, requests),
    // It notes the time when it has ended.
    startedAtMs: endedAtMs === null ? null : endedAtMs - Math.round(windowUs / 1e3),
    windowUs,
    wasStopped: false,
    requests,
  };
}

interface Columns {
  readonly starts: readonly number[];
  readonly queued: readonly number[];
  readonly ttfts: readonly number[];
  readonly latencies: readonly unknown[];
  readonly gaps: readonly (readonly number[])[];
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  readonly errors: readonly unknown[];
}

/** The arrays of requests; why there are none where there are none. */
function columnsOf(document: JsonObject): Columns | ImportSkipReason {
  const { start_times: starts, ttfts, itls, input_lens: inputs, output_lens: outputs, errors } = document;
  if (ttfts === undefined || outputs === undefined) return 'noSingleRequests';
  if (starts === undefined) return 'noStartTimes';
  const numbers = [starts, ttfts, asArray(document.queue_times)].map(asNumbers);
  const [startSec, ttftSec, queuedSec] = numbers;
  const gaps = asArray(itls).map(asNumbers);
  if (startSec == null || ttftSec == null || queuedSec == null || gaps.includes(null)) return 'malformed';
  if (startSec.length === 0) return 'noSingleRequests';
  if (ttftSec.length !== startSec.length || asArray(outputs).length !== startSec.length) return 'malformed';
  return {
    starts: startSec,
    queued: queuedSec,
    ttfts: ttftSec,
    latencies: asArray(document.latencies),
    gaps: gaps as readonly (readonly number[])[],
    inputs: asArray(inputs),
    outputs: asArray(outputs),
    errors: asArray(errors),
  };
}

function asNumbers(value: unknown): readonly number[] | null {
  return Array.isArray(value) && value.every((one) => Number.isFinite(one)) ? value : null;
}

/** A request that failed stays in the arrays, with zeros. Without `--no-stream` all are streams. */
function requestOf(columns: Columns, i: number, zeroSec: number): BenchmarkRequest {
  const sentUs = Math.round(((columns.starts[i] ?? 0) - zeroSec) * 1e6);
  const ttftUs = Math.round((columns.ttfts[i] ?? 0) * 1e6);
  const gapsUs = (columns.gaps[i] ?? []).map((sec) => Math.round(sec * 1e6));
  const gapsSum = gapsUs.reduce((sum, us) => sum + us, 0);
  const latency = columns.latencies[i];
  const tookUs = typeof latency === 'number' ? Math.round(latency * 1e6) : ttftUs + gapsSum;
  const error = asString(columns.errors[i]) ?? '';
  const isStream = ttftUs > 0 && error === '';
  const firstTokenUs = isStream ? sentUs + ttftUs : null;
  const outputTokens = asCount(columns.outputs[i]);
  return {
    scheduledUs: sentUs - Math.round((columns.queued[i] ?? 0) * 1e6),
    sentUs,
    finishedUs: sentUs + tookUs,
    firstTokenUs,
    lastTokenUs: firstTokenUs === null ? null : firstTokenUs + gapsSum,
    outcome: error === '' ? 'ok' : outcomeOf(error),
    status: error === '' ? 200 : null,
    error: error === '' ? null : (error.trim().split('\n').at(-1) ?? null),
    promptTokens: asCount(columns.inputs[i]),
    completionTokens: error === '' ? outputTokens : null,
    cachedTokens: null,
    tokenSource: error === '' && outputTokens !== null ? 'imported' : 'none',
    streamed: isStream,
    chunks: firstTokenUs === null ? NO_CHUNKS : readsOf(firstTokenUs, gapsUs),
    wireBytes: 0,
  };
}

/** An error is the reason phrase of a bad status, or Python's account of an exception. */
function outcomeOf(error: string): Outcome {
  if (/Connect\w*Error|Cannot connect/.test(error)) return 'unreachable';
  if (/Timeout/.test(error)) return 'timeout';
  if (/Disconnected|PayloadError|ConnectionReset/.test(error)) return 'upstream_aborted';
  return error.startsWith('Never received a valid chunk') ? 'incomplete' : 'http_error';
}

function loadOf(
  { request_rate: rate, burstiness, max_concurrency: cap }: JsonObject,
  requests: readonly BenchmarkRequest[],
): { readonly cell: Cell; readonly load: Load } {
  const most = asCount(cap);
  if (typeof rate !== 'number' || !(rate > 0)) {
    // Without a bound all are sent at once.
    const connections = most ?? requests.length;
    return { cell: { threads: 1, connections }, load: { kind: 'closed', semantics: 'drain' } };
  }
  // Its gaps are gamma distributed; burstiness is the shape.
  const shape = typeof burstiness === 'number' && burstiness > 0 ? burstiness : 1;
  const arrivals: Arrivals =
    shape === 1
      ? { kind: 'poisson', ratePerSec: rate }
      : { kind: 'gamma', ratePerSec: rate, cv: 1 / Math.sqrt(shape) };
  return {
    cell: { threads: 1, connections: most ?? mostInFlight(requests), ratePerSec: rate },
    load: { kind: 'open', arrivals, maxInFlight: most },
  };
}

function scalar(value: unknown): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

/** `20261128-082639`, in the time zone of the machine that ran it, which is taken to be this one's. */
function dateMs(date: unknown): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(asString(date) ?? '');
  if (match === null) return null;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return new Date(year, month - 1, day, hour, minute, second).getTime();
}
