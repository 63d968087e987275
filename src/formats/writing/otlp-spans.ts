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

/** What an exchange and a result have in common; the times of both count from `zeroUs`. */
interface Spanned
  extends SpanRequest,
    Pick<Result, 'outcome' | 'status' | 'promptTokens' | 'completionTokens' | 'firstTokenUs'> {
  /** Address of the server. */
  readonly server: string;
  /** Microseconds since 1970. */
  readonly zeroUs: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly more: Readonly<Record<string, Value | null>>;
}

/**
 * Results of a run as one export request of OTLP in JSON: a client span each. A run that sent trace contexts has the same
 * ids here.
 * @param requests by exchange id
 * @param randomId gives the ids of a run that sent none, hexadecimal, of so many bytes
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
    const { seq, sentUs, scheduledUs, finishedUs, exchangeId } = result;
    const { path = '', model = null } = requests.get(exchangeId) ?? {};
    const more = { 'run.id': int(run.id), 'run.label': text(run.label), 'result.seq': int(seq) };
    const [server, zeroUs, fromUs] = [run.target, run.startedAtMs * 1e3, sentUs ?? scheduledUs];
    return {
      traceId: trace === undefined ? randomId(16) : trace + hex(seq),
      spanId: trace === undefined ? randomId(8) : hex(seq + 1),
      ...spanOf({ ...result, path, model, server, zeroUs, fromUs, toUs: finishedUs, more }),
    };
  });
  return exportRequest('reprise.replay', spans, version);
}

/**
 * Recorded requests as the lines that a collector's file exporter writes and its `otlpjsonfile` receiver reads: an export
 * request with one span each. A recorded trace context is its parent; without one, ids are a hash of what was recorded.
 */
export const OTLP_ENCODER: Encoder = {
  frame: LINES,
  loses: ['headers', 'bodies', 'chunkTimes'],
  encode({ exchange, upstream, origin, wallUs }) {
    const { id, arrivedUs, finishedUs, requestHeaders, firstTokenUs } = exchange;
    const own = createHash('sha256').update(`${upstream} ${id} ${wallUs}`).digest('hex');
    const context = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(
      headerValue(requestHeaders, 'traceparent') ?? '',
    );
    const more = { 'exchange.id': int(id) };
    const zeroUs = wallUs - arrivedUs;
    const toUs = finishedUs ?? firstTokenUs ?? arrivedUs;
    const span = {
      traceId: context?.[1] ?? own.slice(0, 32),
      spanId: own.slice(32, 48),
      ...(context === null ? {} : { parentSpanId: context[2] }),
      ...spanOf({ ...exchange, server: origin, zeroUs, fromUs: arrivedUs, toUs, more }),
    };
    return Buffer.from(JSON.stringify(exportRequest('reprise.record', [span], null)));
  },
};

/** A client span with the attributes of OpenTelemetry's conventions for generative AI, and vLLM's own names for latencies. */
function spanOf({
  path,
  model,
  outcome,
  status,
  firstTokenUs,
  zeroUs,
  fromUs,
  toUs,
  server,
  ...rest
}: Spanned) {
  const operation = operationOf(path);
  const failed = isError(outcome);
  // Nanoseconds since 1970, as the text that OTLP has for 64-bit numbers.
  const time = (us: number): string => String(BigInt(Math.round(zeroUs + us)) * 1000n);
  const own = Object.entries({ outcome: text(outcome), ...rest.more });
  return {
    name: `${operation} ${model ?? ''}`.trimEnd(),
    // SPAN_KIND_CLIENT
    kind: 3,
    startTimeUnixNano: time(fromUs),
    endTimeUnixNano: time(toUs),
    attributes: pairs({
      'gen_ai.operation.name': text(operation),
      'gen_ai.request.model': text(model),
      'gen_ai.usage.input_tokens': int(rest.promptTokens),
      'gen_ai.usage.output_tokens': int(rest.completionTokens),
      'gen_ai.latency.time_to_first_token': seconds(firstTokenUs === null ? null : firstTokenUs - fromUs),
      'gen_ai.latency.e2e': seconds(toUs - fromUs),
      'http.response.status_code': int(status),
      'error.type': text(failed ? outcome : null),
      ...addressOf(server),
      ...Object.fromEntries(own.map(([name, value]) => [`reprise.${name}`, value])),
    }),
    events: firstTokenUs === null ? [] : [{ name: 'first token', timeUnixNano: time(firstTokenUs) }],
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
