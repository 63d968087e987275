import { metricsOf } from '../measure/metric-table.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import type { Percentile } from '../measure/sample.ts';
import { FORMAT } from './json.ts';
import { safeText } from './plain-text.ts';
import { shownPercentiles } from './runs-report.ts';

type Value = string | number | boolean | null;

type Column = readonly [name: string, of: (run: RunSummary) => Value];

/** Every column with the value that a run has in it: which run it is, then the metrics; docs/report.md lists them. */
export const csvColumns = (percentiles: readonly Percentile[]): readonly Column[] => [
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
  ...metricsOf('scalar').flatMap(({ csv, of }): readonly Column[] => (csv === undefined ? [] : [[csv, of]])),
  ['retries', ({ health, settings }) => health?.retried ?? (settings.origin === undefined ? 0 : null)],
  ['retry_after', ({ health }) => (health === null ? null : (health.retryAfter?.answers ?? 0))],
  ...metricsOf('request', 'gaps', 'sending').flatMap(({ key, csv }): readonly Column[] => {
    if (csv === undefined) return [];
    return (['mean', 'stdev', ...percentiles, 'max', 'count'] as const).map((statistic) => [
      statistic === 'count' ? `${csv}_count` : `${csv}_${statistic}_ms`,
      (run) => run[key][statistic] ?? null,
    ]);
  }),
];

/**
 * One row a run, comma-separated (RFC 4180, lines end with a line feed): names first, a missing figure is empty. The same
 * in every language.
 */
export function csvReport(runs: readonly RunSummary[]): string {
  const columns = csvColumns(shownPercentiles(runs));
  const lines = [
    columns.map(([name]) => name),
    ...runs.map((run) => columns.map(([, of]) => field(of(run)))),
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
