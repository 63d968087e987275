import type { Result } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import type { MeasuredResult } from '../run-summary.ts';
import { createNumberColumn } from '../sample.ts';
import { choiceEvents, createSeconds, isAnswer, isCounted, type ToolFigures } from './answer-events.ts';
import { numpyStats } from './tool-stats.ts';

/**
 * Computes a run's figures as `vllm bench serve` of 0.32 does (benchmarks/serve.py, lib/endpoint_request_func.py): TTFT
 * ends with the first event that has a choice, the role's too; ITL are the gaps between such events; E2EL ends with the
 * last of them, before usage and `[DONE]`; TPOT is what lies between ÷ (tokens - 1). A stream counts as a success when
 * it had one such event, each event was JSON and HTTP ended well. The names are those of its `--save-result` file.
 */
export function vllmBenchFigures(run: Run, results: Iterable<MeasuredResult>): ToolFigures {
  const columns = {
    ttft: createNumberColumn(),
    tpot: createNumberColumn(),
    itl: createNumberColumn(),
    e2el: createNumberColumn(),
  };
  const counts = { completed: 0, failed: 0, inputTokens: 0, outputTokens: 0 };
  const caveats = { aborted: 0, plain: 0, countedTokens: 0 };
  const seconds = createSeconds();
  let lastUs = 0;

  function addAnswer({ completionTokens }: Result, sentUs: number, events: readonly number[]): void {
    const [first = sentUs] = events;
    const last = events.at(-1) ?? first;
    const tokens = completionTokens ?? 0;
    counts.completed += 1;
    counts.outputTokens += tokens;
    columns.ttft.push((first - sentUs) / 1e3);
    columns.e2el.push((last - sentUs) / 1e3);
    if (tokens > 1) columns.tpot.push((last - first) / 1e3 / (tokens - 1));
    for (let i = 1; i < events.length; i++) {
      columns.itl.push(((events[i] ?? 0) - (events[i - 1] ?? 0)) / 1e3);
    }
    seconds.add(sentUs, events);
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
    const events = choiceEvents(chunks);
    if (!isAnswer(result) || result.oddEvents > 0 || result.sentUs === null || events.length === 0) {
      counts.failed += 1;
      continue;
    }
    if (!isCounted(result)) caveats.countedTokens += 1;
    counts.inputTokens += result.promptTokens ?? 0;
    addAnswer(result, result.sentUs, events);
  }
  const { completed, failed, inputTokens, outputTokens } = counts;
  const durationSec = (run.end?.endedUs ?? lastUs) / 1e6;
  const perSec = (amount: number): number => (durationSec > 0 ? amount / durationSec : 0);
  const samples = Object.entries(columns).flatMap(([name, column]) => {
    const { mean, p50, std, p99 } = numpyStats(column.sorted());
    // The tool takes the mean of no values for zero.
    return Object.entries({ mean, median: p50, std, p99 }).map(
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
      output_throughput: perSec(outputTokens),
      total_token_throughput: perSec(inputTokens + outputTokens),
      ...seconds.peaks(),
      ...Object.fromEntries(samples),
    },
    caveats,
  };
}
