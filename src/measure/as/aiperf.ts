import type { PlainResult } from '../../model/result.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { createNumberColumn } from '../sample.ts';
import { firstVisibleUs, isAnswer, isCounted, type ToolFigures, textEvents } from './answer-events.ts';
import { numpyStats } from './tool-stats.ts';

/** The samples that aiperf makes of requests, by its own tags, with their units. */
const SAMPLES = {
  time_to_first_token: 'ms',
  time_to_second_token: 'ms',
  time_to_first_output_token: 'ms',
  request_latency: 'ms',
  inter_token_latency: 'ms',
  inter_chunk_latency: 'ms',
  output_token_throughput_per_user: 'tokens/sec/user',
  e2e_output_token_throughput: 'tokens/sec/user',
  output_sequence_length: 'tokens',
  input_sequence_length: 'tokens',
} as const;

type Sample = keyof typeof SAMPLES;

/**
 * Computes a run's figures as aiperf 0.13 does (aiperf/metrics/types): TTFT ends with the first event with content,
 * reasoning or a tool call; a request ends with the last of them; ITL is what lies between ÷ (tokens - 1), one value a
 * request; inter-chunk latency the gaps between them. The duration goes from the first sending to the last such end. The
 * names are those of its `profile_export_aiperf.json`.
 */
export function aiperfFigures(results: Iterable<MeasuredResult>): ToolFigures {
  const columns = new Map(Object.keys(SAMPLES).map((tag) => [tag as Sample, createNumberColumn()]));
  const push = (tag: Sample, value: number): void => columns.get(tag)?.push(value);
  const counts = { requests: 0, errors: 0 };
  const tokens = { output: 0, input: 0 };
  const caveats = { aborted: 0, plain: 0, countedTokens: 0 };
  const span = { from: Number.POSITIVE_INFINITY, to: 0 };

  function addAnswer(
    result: PlainResult,
    sentUs: number,
    events: readonly number[],
    visibleUs: number | null,
  ): void {
    const last = events.at(-1) ?? result.finishedUs;
    const osl = result.completionTokens;
    counts.requests += 1;
    span.from = Math.min(span.from, sentUs);
    span.to = Math.max(span.to, last);
    push('request_latency', (last - sentUs) / 1e3);
    if (result.promptTokens !== null) push('input_sequence_length', result.promptTokens);
    tokens.input += result.promptTokens ?? 0;
    if (osl !== null) {
      push('output_sequence_length', osl);
      tokens.output += osl;
      if (last > sentUs) push('e2e_output_token_throughput', (osl * 1e6) / (last - sentUs));
    }
    if (result.streamed) addStream(events, sentUs, visibleUs, osl);
  }

  function addStream(
    events: readonly number[],
    sentUs: number,
    visibleUs: number | null,
    osl: number | null,
  ) {
    const [first = sentUs, second] = events;
    const last = events.at(-1) ?? first;
    push('time_to_first_token', (first - sentUs) / 1e3);
    if (second !== undefined) push('time_to_second_token', (second - first) / 1e3);
    if (visibleUs !== null) push('time_to_first_output_token', (visibleUs - sentUs) / 1e3);
    for (let i = 1; i < events.length; i++) {
      push('inter_chunk_latency', ((events[i] ?? 0) - (events[i - 1] ?? 0)) / 1e3);
    }
    if (osl === null || osl < 2) return;
    const itlMs = (last - first) / 1e3 / (osl - 1);
    push('inter_token_latency', itlMs);
    if (itlMs > 0) push('output_token_throughput_per_user', 1e3 / itlMs);
  }

  for (const { result, chunks } of results) {
    if (result.outcome === 'client_aborted') {
      caveats.aborted += 1;
      continue;
    }
    const events = result.streamed ? textEvents(chunks) : [result.finishedUs];
    if (!isAnswer(result) || result.sentUs === null || events.length === 0) {
      counts.errors += 1;
      continue;
    }
    if (!isCounted(result)) caveats.countedTokens += 1;
    addAnswer(result, result.sentUs, events, firstVisibleUs(chunks));
  }
  const seconds = (span.to - span.from) / 1e6;
  const perSec = (amount: number): number => (seconds > 0 ? amount / seconds : 0);
  const samples = [...columns].map(([tag, column]) => {
    const { mean: avg, p50, p90, p99, min, max, std, count } = numpyStats(column.sorted());
    return [tag, { unit: SAMPLES[tag], avg, p50, p90, p99, min, max, std, count }] as const;
  });
  return {
    metrics: {
      ...Object.fromEntries(samples),
      output_token_throughput: { unit: 'tokens/sec', avg: perSec(tokens.output) },
      input_token_throughput: { unit: 'tokens/sec', avg: perSec(tokens.input) },
      request_throughput: { unit: 'requests/sec', avg: perSec(counts.requests) },
      request_count: { unit: 'requests', avg: counts.requests },
      error_request_count: { unit: 'requests', avg: counts.errors },
    },
    caveats,
  };
}
