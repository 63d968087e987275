import type { NumpyStats } from '../../measure/as/numpy-stats.ts';
import type { VllmBenchFigures } from '../../measure/as/vllm-bench.ts';
import type { Run } from '../../model/run.ts';
import { caveatLines, definitionsOf } from './caveats.ts';

/** The version whose definitions and layout these are. */
export const VLLM_BENCH = 'vllm bench serve 0.32';

const SAMPLES = [
  ['ttft', 'TTFT', 'Time to First Token'],
  ['tpot', 'TPOT', 'Time per Output Token (excl. 1st token)'],
  ['itl', 'ITL', 'Inter-token Latency'],
  ['e2el', 'E2EL', 'End-to-end Latency'],
] as const;

/** The block that `vllm bench serve --percentile-metrics ttft,tpot,itl,e2el` prints, letter for letter. */
export function vllmBenchText(run: Run, figures: VllmBenchFigures): string {
  const { durationSec, inputTokens, outputTokens } = figures;
  const { cell } = run;
  const line = (name: string, value: string): string => `${name.padEnd(40)} ${value.padEnd(10)}`;
  const perSec = (amount: number): string => rate(amount, durationSec).toFixed(2);
  const block = [
    centred(' Serving Benchmark Result ', '='),
    line('Successful requests:', String(figures.completed)),
    line('Failed requests:', String(figures.failed)),
    cell.ratePerSec === undefined
      ? line('Maximum request concurrency:', String(cell.connections))
      : line('Request rate configured (RPS):', cell.ratePerSec.toFixed(2)),
    line('Benchmark duration (s):', durationSec.toFixed(2)),
    line('Total input tokens:', String(inputTokens)),
    line('Total generated tokens:', String(outputTokens)),
    line('Request throughput (req/s):', perSec(figures.completed)),
    line('Output token throughput (tok/s):', perSec(outputTokens)),
    line('Peak output token throughput (tok/s):', figures.peakOutputTokensPerSec.toFixed(2)),
    line('Peak concurrent requests:', figures.peakConcurrentRequests.toFixed(2)),
    line('Total token throughput (tok/s):', perSec(inputTokens + outputTokens)),
    ...SAMPLES.flatMap(([key, name, title]) => {
      const stats = figures[`${key}Ms`];
      return [
        centred(title, '-'),
        line(`Mean ${name} (ms):`, number(stats.mean)),
        line(`Median ${name} (ms):`, number(stats.p50)),
        line(`P99 ${name} (ms):`, number(stats.p99)),
      ];
    }),
    '='.repeat(50),
  ];
  return [definitionsOf(VLLM_BENCH, run), ...block, ...caveatLines(figures.caveats), ''].join('\n');
}

/** The members of the tool's `--save-result` file that are figures, by its own names. */
export function vllmBenchDocument(figures: VllmBenchFigures): Readonly<Record<string, number>> {
  const { durationSec, completed, inputTokens, outputTokens } = figures;
  const samples = SAMPLES.flatMap(([key]) => {
    const stats: NumpyStats = figures[`${key}Ms`];
    return [
      [`mean_${key}_ms`, stats.mean ?? 0],
      [`median_${key}_ms`, stats.p50 ?? 0],
      [`std_${key}_ms`, stats.std ?? 0],
      [`p99_${key}_ms`, stats.p99 ?? 0],
    ];
  });
  return {
    duration: durationSec,
    completed,
    failed: figures.failed,
    total_input_tokens: inputTokens,
    total_output_tokens: outputTokens,
    request_throughput: rate(completed, durationSec),
    output_throughput: rate(outputTokens, durationSec),
    total_token_throughput: rate(inputTokens + outputTokens, durationSec),
    max_output_tokens_per_s: figures.peakOutputTokensPerSec,
    max_concurrent_requests: figures.peakConcurrentRequests,
    ...Object.fromEntries(samples),
  };
}

function rate(amount: number, seconds: number): number {
  return seconds > 0 ? amount / seconds : 0;
}

/** The tool takes the mean of no values for zero. */
function number(value: number | null): string {
  return (value ?? 0).toFixed(2);
}

/** Python's `^50`: what is left over goes to the right. */
function centred(text: string, fill: string): string {
  const left = Math.floor((50 - text.length) / 2);
  return (fill.repeat(left) + text).padEnd(50, fill);
}
