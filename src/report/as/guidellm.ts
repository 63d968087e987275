import type { GuidellmFigures } from '../../measure/as/guidellm.ts';
import type { WeightedStats } from '../../measure/as/weighted-stats.ts';
import type { Run } from '../../model/run.ts';
import { caveatLines, definitionsOf } from './caveats.ts';

/** The version whose definitions and layout these are. */
export const GUIDELLM = 'guidellm 0.8';

type Column = readonly [group: string, name: string, stat: string, value: string];

/** The two tables of `guidellm benchmark` that hold latencies and rates. */
export function guidellmText(run: Run, figures: GuidellmFigures): string {
  const strategy: Column = ['Benchmark', 'Strategy', '', strategyOf(run)];
  const latencies = [
    strategy,
    ...statsColumns('Request Latency', 'Sec', figures.requestLatencySec),
    ...statsColumns('TTFT', 'ms', figures.ttftMs),
    ...statsColumns('TTFOT', 'ms', figures.ttfotMs),
    ...statsColumns('ITL', 'ms', figures.itlMs),
    ...statsColumns('TPOT', 'ms', figures.tpotMs),
  ];
  const rates: readonly Column[] = [
    strategy,
    ['Requests', 'Concurrency', 'Mdn', number(figures.concurrency.median)],
    ['Requests', 'Concurrency', 'Mean', number(figures.concurrency.mean)],
    ['Requests', 'Per Sec', 'Mean', number(figures.requestsPerSec)],
    ['Input Tokens', 'Per Sec', 'Mean', number(figures.inputTokensPerSec)],
    ['Output Tokens', 'Per Sec', 'Mean', number(figures.outputTokensPerSec)],
    ['Total Tokens', 'Per Sec', 'Mean', number(figures.totalTokensPerSec)],
  ];
  return [
    definitionsOf(GUIDELLM, run),
    'ℹ Request Latency Statistics (Completed Requests)',
    ...table(latencies),
    'ℹ Server Throughput Statistics (All Requests)',
    ...table(rates),
    ...caveatLines(figures.caveats),
    '',
  ].join('\n');
}

/** The members of a benchmark's `metrics` in the tool's JSON that are figures. */
export function guidellmDocument(figures: GuidellmFigures): object {
  const successful = ({ p95, p99, ...stats }: WeightedStats): object => ({
    successful: { ...stats, percentiles: { p95, p99 } },
  });
  const total = (mean: number): object => ({ total: { mean } });
  return {
    request_totals: { successful: figures.successful, errored: figures.errored },
    requests_per_second: total(figures.requestsPerSec),
    request_concurrency: { total: figures.concurrency },
    request_latency: successful(figures.requestLatencySec),
    time_to_first_token_ms: successful(figures.ttftMs),
    time_to_first_output_token_ms: successful(figures.ttfotMs),
    time_per_output_token_ms: successful(figures.tpotMs),
    inter_token_latency_ms: successful(figures.itlMs),
    prompt_tokens_per_second: total(figures.inputTokensPerSec),
    output_tokens_per_second: total(figures.outputTokensPerSec),
    tokens_per_second: total(figures.totalTokensPerSec),
  };
}

function strategyOf({ cell, settings }: Run): string {
  if (settings.load.kind === 'closed') return `concurrent@${cell.connections}`;
  const { kind } = settings.load.arrivals;
  return `${kind === 'recorded' ? 'replay' : kind}@${(cell.ratePerSec ?? 0).toFixed(2)}`;
}

function statsColumns(group: string, name: string, { mean, median, p95 }: WeightedStats): readonly Column[] {
  return [
    [group, name, 'Mean', number(mean)],
    [group, name, 'Mdn', number(median)],
    [group, name, 'p95', number(p95)],
  ];
}

function number(value: number): string {
  return value.toFixed(1);
}

/** Equal headers beside each other become one over all their columns. */
function table(columns: readonly Column[]): readonly string[] {
  const widths = columns.map(([, , stat, value]) => Math.max(stat.length, value.length) + 2);
  const spans = (of: (column: Column) => string): readonly { text: string; at: readonly number[] }[] => {
    const merged: { text: string; at: number[] }[] = [];
    columns.forEach((column, i) => {
      const last = merged.at(-1);
      const [group] = column;
      const sameGroup = i > 0 && columns[i - 1]?.[0] === group;
      if (last !== undefined && sameGroup && last.text === of(column)) last.at.push(i);
      else merged.push({ text: of(column), at: [i] });
    });
    return merged;
  };
  const width = (at: readonly number[]): number =>
    at.reduce((sum, i) => sum + (widths[i] ?? 0), 0) + at.length - 1;
  for (const { text, at } of [...spans(([group]) => group), ...spans(([, name]) => name)]) {
    const missing = text.length + 2 - width(at);
    const last = at.at(-1) ?? 0;
    if (missing > 0) widths[last] = (widths[last] ?? 0) + missing;
  }
  const header = (of: (column: Column) => string): string =>
    `|${spans(of)
      .map(({ text, at }) => ` ${text}`.padEnd(width(at)))
      .join('|')}|`;
  const row = (of: (column: Column) => string): string =>
    `|${columns.map((column, i) => ` ${of(column)}`.padEnd(widths[i] ?? 0)).join('|')}|`;
  const rule = (fill: string): string => `|${widths.map((n) => fill.repeat(n)).join('|')}|`;
  return [
    rule('='),
    header(([group]) => group),
    header(([, name]) => name),
    row(([, , stat]) => stat),
    rule('-'),
    row(([, , , value]) => value),
    rule('='),
  ];
}
