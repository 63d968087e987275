import { CHUNK, type ChunkTimes } from '../../model/chunk-times.ts';
import type { Run } from '../../model/run.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { type ToolFigures, textEvents } from './answer-events.ts';
import { benchNames, collectStreams } from './serve-bench.ts';
import { numpyPercentile, numpyStats } from './tool-stats.ts';

/**
 * Computes a run's figures as `sglang.benchmark.serving` of 0.5.23 does (benchmark/serving.py, calculate_metrics and
 * async_request_openai_chat_completions): TTFT ends with the first event with content or reasoning, tool calls aside;
 * ITL are the gaps between such events; a request ends with its last line, usage and `[DONE]` included, and TPOT is what
 * lies between first token and that end ÷ (tokens - 1). A stream of status 200 whose lines are JSON is a success, be it
 * without a token: its TTFT is 0. The names are those of its result file.
 */
export function sglangFigures(run: Run, results: Iterable<MeasuredResult>): ToolFigures {
  const { columns, counts, caveats, durationSec, perSec, peaks } = collectStreams(
    run,
    results,
    ({ chunks }, sentUs) => {
      const events = textEvents(withoutTools(chunks));
      const lastLine = chunks.kinds.findLastIndex((kinds) => kinds !== 0);
      return { events, endUs: chunks.atUs[lastLine] ?? events[0] ?? sentUs };
    },
  );
  const { completed, failed, inputTokens, outputTokens, latencySec } = counts;
  const { e2el, ttft, tpot, itl } = columns;
  const samples = Object.entries({ e2e_latency: e2el, ttft, tpot, itl }).map(([name, column]) => {
    const sorted = column.sorted();
    const { mean, p50, std, p90, p99 } = numpyStats(sorted);
    return benchNames(name, { mean, median: p50, std, p90, p95: numpyPercentile(sorted, 95), p99 });
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
      ...Object.assign({}, ...samples),
      concurrency: perSec(latencySec),
      ...peaks,
    },
    caveats,
  };
}

/** A read of nothing but tool calls has no token for this tool. */
function withoutTools(chunks: ChunkTimes): ChunkTimes {
  return { ...chunks, kinds: chunks.kinds.map((kinds) => kinds & ~CHUNK.tool) };
}
