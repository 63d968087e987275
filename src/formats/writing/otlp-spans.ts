import { apiOfPath } from '../../chat/apis/table.ts';
import type { Exchange } from '../../model/exchange.ts';
import { isError } from '../../model/outcome.ts';
import type { Result } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';

/** What a span says of the request that was replayed. */
export type SpanRequest = Pick<Exchange, 'path' | 'model'>;

type Value =
  | { readonly stringValue: string }
  | { readonly intValue: string }
  | { readonly doubleValue: number };

/**
 * Results of a run as one export request of OTLP in JSON: a client span each, with the attributes of OpenTelemetry's
 * conventions for generative AI, and vLLM's own names for latencies. A run that sent trace contexts has the same ids here.
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
  const { hostname, port, protocol } = new URL(run.target);
  const server = {
    'server.address': text(hostname),
    'server.port': int(port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)),
  };
  /** Nanoseconds since 1970, as the text that OTLP has for 64-bit numbers. */
  const time = (us: number): string => String(BigInt(Math.round(run.startedAtMs * 1e3 + us)) * 1000n);
  const spans = results.map((result) => {
    const { seq, sentUs, scheduledUs, firstTokenUs, finishedUs, outcome, status } = result;
    const request = requests.get(result.exchangeId);
    const operation = operationOf(request?.path ?? '');
    const fromUs = sentUs ?? scheduledUs;
    const { trace } = run.settings;
    return {
      traceId: trace === undefined ? randomId(16) : trace + hex(seq),
      spanId: trace === undefined ? randomId(8) : hex(seq + 1),
      name: `${operation} ${request?.model ?? ''}`.trimEnd(),
      // SPAN_KIND_CLIENT
      kind: 3,
      startTimeUnixNano: time(fromUs),
      endTimeUnixNano: time(finishedUs),
      attributes: pairs({
        'gen_ai.operation.name': text(operation),
        'gen_ai.request.model': text(request?.model ?? null),
        'gen_ai.usage.input_tokens': int(result.promptTokens),
        'gen_ai.usage.output_tokens': int(result.completionTokens),
        'gen_ai.latency.time_to_first_token': seconds(firstTokenUs === null ? null : firstTokenUs - fromUs),
        'gen_ai.latency.e2e': seconds(finishedUs - fromUs),
        'http.response.status_code': int(status),
        'error.type': text(isError(outcome) ? outcome : null),
        'reprise.outcome': text(outcome),
        'reprise.run.id': int(run.id),
        'reprise.run.label': text(run.label),
        'reprise.result.seq': int(seq),
        ...server,
      }),
      events: firstTokenUs === null ? [] : [{ name: 'first token', timeUnixNano: time(firstTokenUs) }],
      // STATUS_CODE_OK, STATUS_CODE_ERROR
      status: { code: isError(outcome) ? 2 : 1 },
    };
  });
  const resource = {
    attributes: pairs({ 'service.name': text('reprise'), 'service.version': text(version) }),
  };
  return {
    resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'reprise.replay', version }, spans }] }],
  };
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
