import type { Run } from '../../model/run.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { choiceEvents, type ToolFigures } from './answer-events.ts';
import { benchNames, collectStreams } from './serve-bench.ts';
import { numpyStats } from './tool-stats.ts';

/**
 * Computes a run's figures as `vllm bench serve` of 0.32 does (benchmarks/serve.py, lib/endpoint_request_func.py): TTFT
 * ends with the first event that has a choice, the role's too; ITL are the gaps between such events; E2EL ends with the
 * last of them, before usage and `[DONE]`; TPOT is what lies between ÷ (tokens - 1). A stream counts as a success when
 * it had one such event, each event was JSON and HTTP ended well. The names are those of its `--save-result` file.
 */
export function vllmBenchFigures(run: Run, results: Iterable<MeasuredResult>): ToolFigures {
  const { columns, counts, caveats, durationSec, perSec, peaks } = collectStreams(
    run,
    results,
    ({ chunks }) => {
      const events = choiceEvents(chunks);
      const endUs = events.at(-1);
      return endUs === undefined ? null : { events, endUs };
    },
  );
  const { completed, failed, inputTokens, outputTokens } = counts;
  const samples = Object.entries(columns).map(([name, column]) => {
    const { mean, p50, std, p99 } = numpyStats(column.sorted());
    return benchNames(name, { mean, median: p50, std, p99 });
  });
  return {
    metrics: {
      duration: durationSec,
      completed,
      failed,
      total_input_tokens: inputTokens,
      total_output_tokens: outputTokens,
      request_throughput: perSec(completed),
      output_throughput: perSec(outputTokens),
      total_token_throughput: perSec(inputTokens + outputTokens),
      ...peaks,
      ...Object.assign({}, ...samples),
    },
    caveats,
  };
}
