import { CHUNK, type ChunkTimes } from '../../model/chunk-times.ts';
import type { Run } from '../../model/run.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { createNumberColumn } from '../sample.ts';
import { createSeconds, isAnswer, isCounted, type ToolFigures, textEvents } from './answer-events.ts';
import { numpyPercentile, numpyStats } from './tool-stats.ts';

/**
 * Computes a run's figures as `sglang.benchmark.serving` of 0.5.23 does (benchmark/serving.py, calculate_metrics and
 * async_request_openai_chat_completions): TTFT ends with the first event with content or reasoning, tool calls aside;
 * ITL are the gaps between such events; a request ends with its last line, usage and `[DONE]` included, and TPOT is what
 * lies between first token and that end ÷ (tokens - 1). A stream of status 200 whose lines are JSON is a success, be it
 * without a token: its TTFT is 0. The names are those of its result file.
 */
export function sglangFigures(run: Run, results: Iterable<MeasuredResult>): ToolFigures {
  const columns = {
    e2e_latency: createNumberColumn(),
    ttft: createNumberColumn(),
    tpot: createNumberColumn(),
    itl: createNumberColumn(),
  };
  const counts = { completed: 0, failed: 0, inputTokens: 0, outputTokens: 0, latencySec: 0 };
  const caveats = { aborted: 0, plain: 0, countedTokens: 0 };
  const seconds = createSeconds();
  let lastUs = 0;

  function addAnswer(sentUs: number, chunks: ChunkTimes, tokens: number): void {
    const events = textEvents(withoutTools(chunks));
    const first = events[0] ?? sentUs;
    const end = chunks.atUs[chunks.kinds.findLastIndex((kinds) => kinds !== 0)] ?? first;
    counts.completed += 1;
    counts.outputTokens += tokens;
    counts.latencySec += (end - sentUs) / 1e6;
    columns.ttft.push((first - sentUs) / 1e3);
    columns.e2e_latency.push((end - sentUs) / 1e3);
    if (tokens > 1) columns.tpot.push((end - first) / 1e3 / (tokens - 1));
    for (let i = 1; i < events.length; i++) {
      columns.itl.push(((events[i] ?? 0) - (events[i - 1] ?? 0)) / 1e3);
    }
    seconds.add(sentUs, events.length === 0 ? [sentUs] : events, end);
  }

  for (const { result, chunks } of results) {
    if (result.outcome === 'client_aborted') {
      caveats.aborted += 1;
      continue;
    }
    if (isAnswer(result) && !result.streamed) {
      caveats.plain += 1;
      continue;
    }
    lastUs = Math.max(lastUs, result.finishedUs);
    if (!isAnswer(result) || result.oddEvents > 0 || result.sentUs === null) {
      counts.failed += 1;
      continue;
    }
    if (!isCounted(result)) caveats.countedTokens += 1;
    counts.inputTokens += result.promptTokens ?? 0;
    addAnswer(result.sentUs, chunks, result.completionTokens ?? 0);
  }
  const { completed, failed, inputTokens, outputTokens, latencySec } = counts;
  const durationSec = (run.end?.endedUs ?? lastUs) / 1e6;
  const perSec = (amount: number): number => (durationSec > 0 ? amount / durationSec : 0);
  const samples = Object.entries(columns).flatMap(([name, column]) => {
    const sorted = column.sorted();
    const { mean, p50, std, p90, p99 } = numpyStats(sorted);
    // The tool takes the mean of no values for zero.
    return Object.entries({ mean, median: p50, std, p90, p95: numpyPercentile(sorted, 95), p99 }).map(
      ([figure, value]) => [`${figure}_${name}_ms`, value ?? 0] as const,
    );
  });
  return {
    metrics: {
      duration: durationSec,
      completed,
      failed,
      total_input_tokens: inputTokens,
      total_output_tokens: outputTokens,
      request_throughput: perSec(completed),
      input_throughput: perSec(inputTokens),
      output_throughput: perSec(outputTokens),
      total_throughput: perSec(inputTokens + outputTokens),
      ...Object.fromEntries(samples),
      concurrency: perSec(latencySec),
      ...seconds.peaks(),
    },
    caveats,
  };
}

/** A read of nothing but tool calls has no token for this tool. */
function withoutTools(chunks: ChunkTimes): ChunkTimes {
  return { ...chunks, kinds: chunks.kinds.map((kinds) => kinds & ~CHUNK.tool) };
}
