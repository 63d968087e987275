import type { RunSummary } from '../measure/run-summary.ts';
import type { SampleStats } from '../measure/sample.ts';
import { FORMAT } from './json.ts';
import { safeText } from './plain-text.ts';

type Value = string | number | boolean | null;

const latency = (
  name: string,
  of: (run: RunSummary) => SampleStats,
): readonly (readonly [string, (run: RunSummary) => Value])[] =>
  (['mean', 'stdev', 'p50', 'p90', 'p95', 'p99', 'max', 'count'] as const).map((figure) => [
    figure === 'count' ? `${name}_count` : `${name}_${figure}_ms`,
    (run) => of(run)[figure],
  ]);

/** Every column with the value that a run has in it; docs/report.md lists them. */
export const CSV_COLUMNS: readonly (readonly [string, (run: RunSummary) => Value])[] = [
  ['format', () => FORMAT],
  ['run', ({ id }) => id],
  ['label', ({ label }) => label],
  ['target', ({ target }) => target],
  ['threads', ({ cell }) => cell.threads],
  ['connections', ({ cell }) => cell.connections],
  ['arrivals_per_sec', ({ cell }) => cell.ratePerSec ?? null],
  ['repeat', ({ repeat }) => repeat],
  ['started_at', ({ startedAt }) => startedAt],
  ['valid', ({ valid }) => valid],
  ['invalid_reasons', ({ invalidReasons }) => invalidReasons.map(({ kind }) => kind).join('; ')],
  ['window_s', ({ durationMs }) => durationMs / 1e3],
  ['requests', ({ requests }) => requests],
  ['errors', ({ errors }) => errors],
  ['planned_aborts', ({ plannedAborts }) => plannedAborts],
  ['drained', ({ drained }) => drained],
  ['requests_per_sec', ({ requestsPerSec }) => requestsPerSec],
  ['bytes_per_sec', ({ bytesPerSec }) => bytesPerSec],
  ['output_tokens_per_sec', ({ outputTokensPerSec }) => outputTokensPerSec],
  ['total_tokens_per_sec', ({ totalTokensPerSec }) => totalTokensPerSec],
  ['served_requests_per_sec', ({ servedRequestsPerSec }) => servedRequestsPerSec],
  ['served_output_tokens_per_sec', ({ servedOutputTokensPerSec }) => servedOutputTokensPerSec],
  ['prompt_tokens', ({ promptTokens }) => promptTokens],
  ['completion_tokens', ({ completionTokens }) => completionTokens],
  ['goodput_share', ({ goodput }) => goodput?.share ?? null],
  ['goodput_requests_per_sec', ({ goodput }) => goodput?.requestsPerSec ?? null],
  ['prefix_cache_hit_rate', ({ server }) => server?.prefixCache?.hitRate ?? null],
  ['server_queue_mean_ms', ({ server }) => server?.queueMs ?? null],
  ['server_preemptions', ({ server }) => server?.preemptions ?? null],
  ...latency('e2el', ({ e2elMs }) => e2elMs),
  ...latency('ttft', ({ ttftMs }) => ttftMs),
  ...latency('tpot', ({ tpotMs }) => tpotMs),
  ...latency('itl', ({ itlMs }) => itlMs),
  ...latency('itl_per_token', ({ itlPerTokenMs }) => itlPerTokenMs),
  ...latency('response', ({ responseMs }) => responseMs),
  ...latency('ttft_response', ({ ttftResponseMs }) => ttftResponseMs),
  ...latency('schedule_lag', ({ scheduleLagMs }) => scheduleLagMs),
];

/**
 * One row a run, comma-separated (RFC 4180, lines end with a line feed): names first, a missing figure is empty. The same
 * in every language.
 */
export function csvReport(runs: readonly RunSummary[]): string {
  const lines = [
    CSV_COLUMNS.map(([name]) => name),
    ...runs.map((run) => CSV_COLUMNS.map(([, of]) => field(of(run)))),
  ];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}

function field(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(Number(value.toPrecision(10)));
  if (typeof value === 'boolean') return String(value);
  const text = safeText(value);
  // A spreadsheet takes a text that begins so for a formula and runs it.
  const inert = /^[=+\-@]/.test(text) ? `'${text}` : text;
  return /[",\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
