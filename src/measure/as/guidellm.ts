import { CHUNK, type ChunkTimes } from '../../model/chunk-times.ts';
import type { PlainResult } from '../../model/result.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { firstVisibleUs, isAnswer, isCounted, type ToolFigures } from './answer-events.ts';
import { weightedStats } from './tool-stats.ts';

type Pairs = (readonly [value: number, weight: number])[];

/**
 * Computes a run's figures as guidellm 0.8 does (schemas/base/request_stats.py, backends/openai/http.py): TTFT ends with
 * the first event with content, reasoning or a tool call; ITL is (last - first) ÷ (tokens - 1), TPOT **(last - start) ÷
 * tokens**, so with the first token's wait in it; a request ends with `[DONE]`. Rates are over all requests, from the
 * first sending to the last end. The names are those of a benchmark's `metrics` in its report.
 */
export function guidellmFigures(results: Iterable<MeasuredResult>): ToolFigures {
  const pairs = {
    latency: [] as Pairs,
    ttft: [] as Pairs,
    ttfot: [] as Pairs,
    itl: [] as Pairs,
    tpot: [] as Pairs,
  };
  const counts = { successful: 0, errored: 0 };
  const tokens = { input: 0, output: 0 };
  const caveats = { aborted: 0, plain: 0, countedTokens: 0 };
  const intervals: { readonly from: number; readonly to: number }[] = [];

  function addAnswer(result: PlainResult, sentUs: number, endUs: number, chunks: ChunkTimes): void {
    const { firstTokenUs, lastTokenUs, completionTokens } = result;
    const output = completionTokens ?? 0;
    pairs.latency.push([(endUs - sentUs) / 1e6, 1]);
    if (output > 0) pairs.tpot.push([((lastTokenUs ?? endUs) - sentUs) / 1e3 / output, output]);
    if (firstTokenUs === null || lastTokenUs === null) return;
    pairs.ttft.push([(firstTokenUs - sentUs) / 1e3, 1]);
    const visibleUs = firstVisibleUs(chunks);
    if (visibleUs !== null) pairs.ttfot.push([(visibleUs - sentUs) / 1e3, 1]);
    if (output > 1) pairs.itl.push([(lastTokenUs - firstTokenUs) / 1e3 / (output - 1), output - 1]);
  }

  for (const { result, chunks } of results) {
    if (result.outcome === 'client_aborted') {
      caveats.aborted += 1;
      continue;
    }
    const endUs = endOf(result, chunks);
    if (result.sentUs !== null) intervals.push({ from: result.sentUs, to: endUs });
    if (!isSuccess(result) || result.sentUs === null) {
      counts.errored += 1;
      continue;
    }
    counts.successful += 1;
    tokens.input += result.promptTokens ?? 0;
    tokens.output += result.completionTokens ?? 0;
    if (!isCounted(result)) caveats.countedTokens += 1;
    addAnswer(result, result.sentUs, endUs, chunks);
  }
  const concurrency = concurrencyOf(intervals);
  const perSec = (amount: number): number => (concurrency.seconds > 0 ? amount / concurrency.seconds : 0);
  return {
    metrics: {
      request_totals: counts,
      requests_per_second: total(perSec(intervals.length)),
      request_concurrency: { total: { median: concurrency.median, mean: concurrency.mean } },
      request_latency: successful(pairs.latency),
      time_to_first_token_ms: successful(pairs.ttft),
      // To the first token that is no reasoning.
      time_to_first_output_token_ms: successful(pairs.ttfot),
      time_per_output_token_ms: successful(pairs.tpot),
      inter_token_latency_ms: successful(pairs.itl),
      prompt_tokens_per_second: total(perSec(tokens.input)),
      output_tokens_per_second: total(perSec(tokens.output)),
      tokens_per_second: total(perSec(tokens.input + tokens.output)),
    },
    caveats,
  };
}

const total = (mean: number): object => ({ total: { mean } });

function successful(pairs: Pairs): object {
  const { p95, p99, ...stats } = weightedStats(pairs);
  return { successful: { ...stats, percentiles: { p95, p99 } } };
}

/** An error event, an event that is not JSON and an answer without any output are its errors; it asks nothing else. */
function isSuccess(result: PlainResult): boolean {
  const isRead = result.outcome !== 'stream_error' && result.oddEvents === 0;
  return isAnswer(result) && isRead && (result.firstTokenUs !== null || (result.completionTokens ?? 0) > 0);
}

function endOf({ finishedUs }: PlainResult, { atUs, kinds }: ChunkTimes): number {
  return atUs[kinds.findIndex((bits) => (bits & CHUNK.done) !== 0)] ?? finishedUs;
}

/** Requests in flight over time: each level weighs by how long it lasted. */
function concurrencyOf(intervals: readonly { readonly from: number; readonly to: number }[]) {
  const steps = intervals
    .flatMap(({ from, to }) => [[from, 1] as const, [to, -1] as const])
    .sort(([a], [b]) => a - b);
  const levels: Pairs = [];
  let level = 0;
  steps.forEach(([at, change], i) => {
    level += change;
    levels.push([level, (steps[i + 1]?.[0] ?? at) - at]);
  });
  const { mean, median } = weightedStats(levels);
  return { mean, median, seconds: ((steps.at(-1)?.[0] ?? 0) - (steps[0]?.[0] ?? 0)) / 1e6 };
}
