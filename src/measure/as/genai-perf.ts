import { CHUNK, type ChunkTimes } from '../../model/chunk-times.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { createNumberColumn } from '../sample.ts';
import { isAnswer, isCounted, type ToolFigures } from './answer-events.ts';
import { numpyPercentile, numpyStats } from './tool-stats.ts';

/** The samples that genai-perf makes of requests, by its own names, with their units. */
const SAMPLES = {
  time_to_first_token: 'ms',
  time_to_second_token: 'ms',
  request_latency: 'ms',
  inter_token_latency: 'ms',
  output_token_throughput_per_user: 'tokens/sec/user',
  output_sequence_length: 'tokens',
  input_sequence_length: 'tokens',
} as const;

type Sample = keyof typeof SAMPLES;

const PERCENTILES = [1, 5, 10, 25, 50, 75, 90, 95, 99] as const;

/**
 * Computes a run's figures as genai-perf 0.0.16 does (profile_data_parser/llm_profile_data_parser.py, metrics/
 * statistics.py): it sees reads rather than events, and of them only those with content, so that reasoning, tool calls, the role and
 * `[DONE]` count for nothing. TTFT ends with the first such read, a request with the last; ITL is what lies between ÷
 * (tokens - 1), one value a request; rates divide by the time from the first sending to the last such read. An answer without
 * content is left out. The names are those of its `profile_export_genai_perf.json`.
 */
export function genaiPerfFigures(results: Iterable<MeasuredResult>): ToolFigures {
  const columns = new Map(Object.keys(SAMPLES).map((name) => [name as Sample, createNumberColumn()]));
  const push = (name: Sample, value: number): void => columns.get(name)?.push(value);
  const counts = { requests: 0, outputTokens: 0 };
  const caveats = { aborted: 0, plain: 0, countedTokens: 0 };
  const span = { from: Number.POSITIVE_INFINITY, to: 0 };

  function addAnswer(sentUs: number, reads: readonly number[], tokens: number): void {
    const [first = sentUs, second] = reads;
    const last = reads.at(-1) ?? first;
    counts.requests += 1;
    counts.outputTokens += tokens;
    span.from = Math.min(span.from, sentUs);
    span.to = Math.max(span.to, last);
    push('request_latency', (last - sentUs) / 1e3);
    push('time_to_first_token', (first - sentUs) / 1e3);
    push('output_sequence_length', tokens);
    if (second === undefined) return;
    push('time_to_second_token', (second - first) / 1e3);
    if (tokens < 2) return;
    const itlMs = (last - first) / 1e3 / (tokens - 1);
    push('inter_token_latency', itlMs);
    if (itlMs > 0) push('output_token_throughput_per_user', 1e3 / itlMs);
  }

  for (const { result, chunks } of results) {
    if (result.outcome === 'client_aborted') {
      caveats.aborted += 1;
      continue;
    }
    const reads = result.streamed ? contentReads(chunks) : [result.finishedUs];
    if (!isAnswer(result) || result.sentUs === null || reads.length === 0) continue;
    if (!isCounted(result)) caveats.countedTokens += 1;
    if (result.promptTokens !== null) push('input_sequence_length', result.promptTokens);
    addAnswer(result.sentUs, reads, result.completionTokens ?? 0);
  }
  const seconds = (span.to - span.from) / 1e6;
  const perSec = (amount: number): number => (seconds > 0 ? amount / seconds : 0);
  const samples = [...columns].map(([name, column]) => {
    const sorted = column.sorted();
    const { mean: avg, min, max, std } = numpyStats(sorted);
    const percentiles = PERCENTILES.map((p) => [`p${p}`, numpyPercentile(sorted, p)] as const);
    return [name, { unit: SAMPLES[name], avg, ...Object.fromEntries(percentiles), min, max, std }] as const;
  });
  return {
    metrics: {
      request_throughput: { unit: 'requests/sec', avg: perSec(counts.requests) },
      output_token_throughput: { unit: 'tokens/sec', avg: perSec(counts.outputTokens) },
      request_count: { unit: 'count', avg: counts.requests },
      ...Object.fromEntries(samples),
    },
    caveats,
  };
}

function contentReads({ atUs, kinds }: ChunkTimes): readonly number[] {
  return atUs.filter((_at, i) => ((kinds[i] ?? 0) & CHUNK.content) !== 0);
}
