import { createHash } from 'node:crypto';
import { apiOfPath } from '../../chat/apis/table.ts';
import { headerValue } from '../../chat/headers.ts';
import type { Exchange } from '../../model/exchange.ts';
import { isError } from '../../model/outcome.ts';
import type { Result } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { type Encoder, LINES } from './encoder.ts';

/** What a span says of the request that was replayed. */
export type SpanRequest = Pick<Exchange, 'path' | 'model'>;

type Value =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number };

/** What an exchange and a result have in common. */
interface Spanned
  extends SpanRequest,
    Pick<Result, 'outcome' | 'status' | 'promptTokens' | 'completionTokens'> {
  /** Address of the server. */
  readonly server: string;
  /** Microseconds since 1970. */
  readonly fromUs: number;
  /** Microseconds from there to the first token; null for none. */
  readonly ttftUs: number | null;
  readonly e2elUs: number;
}

/** A recorded exchange as a span says it. */
export interface SpannedExchange extends Spanned {
  /** Its row on the tape. */
  readonly id: number;
  /** Origin of the upstream. */
  readonly upstream: string;
  /** The client's trace context; null for none. */
  readonly traceparent: string | null;
}

/**
 * Results of a run as one export request of OTLP in JSON: a client span each. A run that sent trace contexts has the same
 * ids here.
 * @param requests by exchange id
 * @param randomId gives the ids of a run that sent none, hexadecimal, of `bytes` bytes
 */
export function otlpSpans(
  run: Pick<Run, 'id' | 'label' | 'target' | 'startedAtMs' | 'settings'>,
  results: readonly Result[],
  requests: ReadonlyMap<number, SpanRequest>,
  version: string,
  randomId: (bytes: number) => string,
): object {
  const { trace } = run.settings;
  const spans = results.map((result) => {
    const { seq, sentUs, scheduledUs, finishedUs, firstTokenUs, exchangeId } = result;
    const { path = '', model = null } = requests.get(exchangeId) ?? {};
    const more = { 'run.id': int(run.id), 'run.label': text(run.label), 'result.seq': int(seq) };
    const atUs = sentUs ?? scheduledUs;
    const times = {
      fromUs: run.startedAtMs * 1e3 + atUs,
      ttftUs: firstTokenUs === null ? null : firstTokenUs - atUs,
      e2elUs: finishedUs - atUs,
    };
    return {
      traceId: trace === undefined ? randomId(16) : trace + hex(seq),
      spanId: trace === undefined ? randomId(8) : hex(seq + 1),
      ...spanOf({ ...result, ...times, path, model, server: run.target }, more),
    };
  });
  return exportRequest('reprise.replay', spans, version);
}

/** Recorded exchanges as one export request of OTLP in JSON. @param version null where it is not known */
export function recordedSpans(exchanges: readonly SpannedExchange[], version: string | null): object {
  return exportRequest('reprise.record', exchanges.map(recordedSpan), version);
}

/** A recorded trace context is its parent. Its own ids are a hash of what was recorded: the same whenever it is written. */
function recordedSpan(exchange: SpannedExchange): object {
  const { id, upstream, fromUs, traceparent } = exchange;
  const own = createHash('sha256').update(`${upstream} ${id} ${fromUs}`).digest('hex');
  const context = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(traceparent ?? '');
  return {
    traceId: context?.[1] ?? own.slice(0, 32),
    spanId: own.slice(32, 48),
    ...(context === null ? {} : { parentSpanId: context[2] }),
    ...spanOf(exchange, { 'exchange.id': int(id) }),
  };
}

/**
 * Recorded requests as the lines that a collector's file exporter writes and its `otlpjsonfile` receiver reads: an export
 * request with one span each.
 */
export const OTLP_ENCODER: Encoder = {
  frame: LINES,
  loses: ['headers', 'bodies', 'chunkTimes'],
  encode({ exchange, upstream, origin, wallUs }) {
    const { arrivedUs, finishedUs, requestHeaders, firstTokenUs } = exchange;
    const spanned = {
      ...exchange,
      server: origin,
      upstream,
      fromUs: wallUs,
      ttftUs: firstTokenUs === null ? null : firstTokenUs - arrivedUs,
      e2elUs: (finishedUs ?? firstTokenUs ?? arrivedUs) - arrivedUs,
      traceparent: headerValue(requestHeaders, 'traceparent'),
    };
    return Buffer.from(JSON.stringify(recordedSpans([spanned], null)));
  },
};

/** A client span with the attributes of OpenTelemetry's conventions for generative AI, and vLLM's own names for latencies. */
function spanOf(spanned: Spanned, more: Readonly<Record<string, Value | null>>) {
  const { path, model, outcome, fromUs, ttftUs, e2elUs } = spanned;
  const operation = operationOf(path);
  const failed = isError(outcome);
  // Nanoseconds since 1970, as the text that OTLP has for 64-bit numbers.
  const time = (us: number): string => String(BigInt(Math.round(fromUs + us)) * 1000n);
  const own = Object.entries({ outcome: text(outcome), ...more });
  return {
    name: `${operation} ${model ?? ''}`.trimEnd(),
    // SPAN_KIND_CLIENT
    kind: 3,
    startTimeUnixNano: time(0),
    endTimeUnixNano: time(e2elUs),
    attributes: pairs({
      'gen_ai.operation.name': text(operation),
      'gen_ai.request.model': text(model),
      'gen_ai.usage.input_tokens': int(spanned.promptTokens),
      'gen_ai.usage.output_tokens': int(spanned.completionTokens),
      'gen_ai.latency.time_to_first_token': seconds(ttftUs),
      'gen_ai.latency.e2e': seconds(e2elUs),
      'http.response.status_code': int(spanned.status),
      'error.type': text(failed ? outcome : null),
      ...addressOf(spanned.server),
      ...Object.fromEntries(own.map(([name, value]) => [`reprise.${name}`, value])),
    }),
    events: ttftUs === null ? [] : [{ name: 'first token', timeUnixNano: time(ttftUs) }],
    // STATUS_CODE_ERROR, STATUS_CODE_OK
    status: { code: failed ? 2 : 1 },
  };
}

/** @param version null where it is not known */
function exportRequest(scope: string, spans: readonly object[], version: string | null): object {
  const resource = {
    attributes: pairs({ 'service.name': text('reprise'), 'service.version': text(version) }),
  };
  return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: scope }, spans }] }] };
}

function addressOf(server: string): Readonly<Record<string, Value | null>> {
  const url = URL.parse(server);
  if (url === null) return {};
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  return { 'server.address': text(url.hostname), 'server.port': int(port) };
}

/** The convention's names, by those of the APIs; what is no API is called by its path. */
const OPERATION: Readonly<Record<string, string>> = { completions: 'text_completion' };

function operationOf(path: string): string {
  const api = apiOfPath(path);
  return api === null ? path : (OPERATION[api.name] ?? 'chat');
}

function hex(n: number): string {
  return n.toString(16).padStart(16, '0');
}

function text(value: string | null): Value | null {
  return value === null ? null : { stringValue: value };
}

function int(value: number | null): Value | null {
  return value === null ? null : { intValue: String(value) };
}

function seconds(us: number | null): Value | null {
  return us === null ? null : { doubleValue: us / 1e6 };
}

function pairs(values: Readonly<Record<string, Value | null>>): readonly object[] {
  return Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [{ key, value }]));
}
