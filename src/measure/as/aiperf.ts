import type { Result } from '../../model/result.ts';
import { createNumberColumn } from '../sample.ts';
import type { MeasuredResult } from '../summarize-run.ts';
import { type Caveats, firstVisibleUs, isAnswer, textEvents } from './answer-events.ts';
import { type NumpyStats, numpyStats } from './numpy-stats.ts';

/** The samples that aiperf makes of requests, by its own tags. */
export const AIPERF_SAMPLES = [
  'time_to_first_token',
  'time_to_second_token',
  'time_to_first_output_token',
  'request_latency',
  'inter_token_latency',
  'inter_chunk_latency',
  'output_token_throughput_per_user',
  'e2e_output_token_throughput',
  'output_sequence_length',
  'input_sequence_length',
] as const;

export type AiperfSample = (typeof AIPERF_SAMPLES)[number];

/** A run under the definitions of aiperf; times in milliseconds, rates per second. */
export interface AiperfFigures {
  readonly samples: Readonly<Record<AiperfSample, NumpyStats>>;
  readonly outputTokensPerSec: number;
  readonly inputTokensPerSec: number;
  readonly requestsPerSec: number;
  readonly requests: number;
  readonly errors: number;
  readonly caveats: Caveats;
}

/**
 * Computes a run's figures as aiperf 0.13 does (aiperf/metrics/types): TTFT ends with the first event with content,
 * reasoning or a tool call; a request ends with the last of them; ITL is what lies between ÷ (tokens - 1), one value a
 * request; inter-chunk latency the gaps between them. The duration goes from the first sending to the last such end.
 */
export function aiperfFigures(results: Iterable<MeasuredResult>): AiperfFigures {
  const columns = Object.fromEntries(AIPERF_SAMPLES.map((tag) => [tag, createNumberColumn()]));
  const push = (tag: AiperfSample, value: number): void => columns[tag]?.push(value);
  const counts = { requests: 0, errors: 0 };
  const tokens = { output: 0, input: 0 };
  const caveats = { aborted: 0, plain: 0, countedTokens: 0 };
  const span = { from: Number.POSITIVE_INFINITY, to: 0 };

  function addAnswer(
    result: Result,
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
    if (result.tokenSource !== 'usage') caveats.countedTokens += 1;
    addAnswer(result, result.sentUs, events, firstVisibleUs(chunks));
  }
  const seconds = (span.to - span.from) / 1e6;
  const perSec = (amount: number): number => (seconds > 0 ? amount / seconds : 0);
  return {
    samples: Object.fromEntries(
      AIPERF_SAMPLES.map((tag) => [tag, numpyStats(columns[tag]?.sorted() ?? new Float64Array(0))]),
    ) as Record<AiperfSample, NumpyStats>,
    outputTokensPerSec: perSec(tokens.output),
    inputTokensPerSec: perSec(tokens.input),
    requestsPerSec: perSec(counts.requests),
    ...counts,
    caveats,
  };
}
