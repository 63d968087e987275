import { CHAT } from '../../chat/apis/chat.ts';
import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { usualPath } from '../../chat/apis/table.ts';
import { asArray, asCount, asString, type JsonObject, parseObject } from '../../model/json.ts';
import type { ImportSkipReason } from '../../model/notes/imports.ts';
import type { Outcome } from '../../model/outcome.ts';
import type { Arrivals, Cell, Load } from '../../model/run.ts';
import type { PlacedRecord, RecordReader } from '../format.ts';
import { MAX_RECORD_BYTES } from '../reading/byte-lines.ts';
import { type JsonFormat, jsonFormat } from '../reading/json-reader.ts';
import { createMemberScanner } from '../reading/member-scanner.ts';
import { type BenchmarkRequest, type BenchmarkRun, mostInFlight, NO_GAPS } from './benchmark-run.ts';

/** Results of `vllm bench serve --save-result --save-detailed`, one object a run; several are one a line (`--append-result`). */
export const VLLM_BENCH: JsonFormat = {
  ...jsonFormat(
    ({ completed, burstiness }) => completed !== undefined && burstiness !== undefined,
    () => () => 'noRequest',
  ),
  reader: (_head, ofAnother) => createReader(ofAnother),
};

/** The members that have an element for each request. */
const COLUMNS = [
  'start_times',
  'queue_times',
  'ttfts',
  'latencies',
  'itls',
  'input_lens',
  'output_lens',
  'errors',
] as const;

const isColumn = (name: string): boolean => (COLUMNS as readonly string[]).includes(name);

/** Of any other member, bytes: the texts of all answers are not read. */
const MOST_BYTES = 16 * 1024;

/** Reads a result member by member, since it has all requests in one object, and keeps its gaps in lists of numbers. */
function createReader(ofAnother: (document: JsonObject) => boolean): RecordReader {
  const runs: BenchmarkRun[] = [];
  let records: PlacedRecord[] = [];
  let document: Record<string, unknown> = {};
  let gaps: (Float64Array | null)[] = [];
  let isTooLong = false;
  const scanner = createMemberScanner({
    begin(name) {
      if (name === GAPS) gaps = [];
      return { mostBytes: isColumn(name) ? MAX_RECORD_BYTES : MOST_BYTES, split: name === GAPS };
    },
    take(name, value) {
      if (value === null) isTooLong ||= isColumn(name);
      else if (name === GAPS) gaps.push(asMicroseconds(jsonValue(value)));
      else document[name] = jsonValue(value);
    },
    end(line, fault) {
      const decoded = fault ?? (isTooLong ? 'tooLong' : take(document, gaps));
      if (decoded !== null) records.push({ line, decoded });
      [document, gaps, isTooLong] = [{}, [], false];
    },
  });

  function take(found: JsonObject, gapsUs: typeof gaps): ImportSkipReason | null {
    if (Object.values(found).includes(undefined)) return 'notJson';
    if (!VLLM_BENCH.owns(found)) return ofAnother(found) ? 'otherFormat' : 'noRequest';
    const run = decode(found, gapsUs);
    if (typeof run === 'string') return run;
    runs.push(run);
    return null;
  }

  const taken = (): PlacedRecord[] => {
    const found = records;
    records = [];
    return found;
  };
  return {
    push(piece) {
      scanner.push(piece);
      return taken();
    },
    end() {
      scanner.end();
      return taken();
    },
    runs: () => runs,
  };
}

/** The times between chunks, a list for each request. */
const GAPS = 'itls';

/** Undefined where it is no JSON. */
function jsonValue(bytes: Buffer): unknown {
  return parseObject(`{"value":${bytes.toString('utf8')}}`, Number.POSITIVE_INFINITY)?.value;
}

function asMicroseconds(value: unknown): Float64Array | null {
  const seconds = asNumbers(value);
  return seconds && Float64Array.from(seconds, (sec) => Math.round(sec * 1e6));
}

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
function decode(
  document: JsonObject,
  gapsUs: readonly (Float64Array | null)[],
): BenchmarkRun | ImportSkipReason {
  const { duration, date, backend, endpoint_type: endpointType, model_id: model } = document;
  const columns = columnsOf(document, gapsUs);
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
  readonly gapsUs: readonly (Float64Array | null)[];
  readonly inputs: readonly unknown[];
  readonly outputs: readonly unknown[];
  readonly errors: readonly unknown[];
}

/** The arrays of requests; why there are none where there are none. */
function columnsOf(document: JsonObject, gapsUs: Columns['gapsUs']): Columns | ImportSkipReason {
  const { start_times: starts, ttfts, input_lens: inputs, output_lens: outputs, errors } = document;
  if (ttfts === undefined || outputs === undefined) return 'noSingleRequests';
  if (starts === undefined) return 'noStartTimes';
  const numbers = [starts, ttfts, asArray(document.queue_times)].map(asNumbers);
  const [startSec, ttftSec, queuedSec] = numbers;
  if (startSec == null || ttftSec == null || queuedSec == null || gapsUs.includes(null)) return 'malformed';
  if (startSec.length === 0) return 'noSingleRequests';
  if (ttftSec.length !== startSec.length || asArray(outputs).length !== startSec.length) return 'malformed';
  return {
    starts: startSec,
    queued: queuedSec,
    ttfts: ttftSec,
    latencies: asArray(document.latencies),
    gapsUs,
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
  const gapsUs = columns.gapsUs[i] ?? NO_GAPS;
  const gapsSum = gapsUs.reduce((sum, us) => sum + us, 0);
  const latency = columns.latencies[i];
  const tookUs = typeof latency === 'number' ? Math.round(latency * 1e6) : ttftUs + gapsSum;
  const error = asString(columns.errors[i]) ?? '';
  const isStream = ttftUs > 0 && error === '';
  const firstTokenUs = isStream ? sentUs + ttftUs : null;
  const outputTokens = asCount(columns.outputs[i]);
  return {
    seq: i,
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
    gapsUs,
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
