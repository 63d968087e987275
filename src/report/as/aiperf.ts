import type { AiperfFigures, AiperfSample } from '../../measure/as/aiperf.ts';
import type { NumpyStats } from '../../measure/as/numpy-stats.ts';
import type { Run } from '../../model/run.ts';
import { grouped } from '../quantities.ts';
import { caveatLines, definitionsOf } from './caveats.ts';

/** The version whose definitions and layout these are. */
export const AIPERF = 'aiperf 0.13';

/** The tool's rows in its order; a name longer than 30 has its unit on a line of its own. */
const SAMPLES: readonly (readonly [tag: AiperfSample, title: string, unit: string])[] = [
  ['time_to_first_token', 'Time to First Token', 'ms'],
  ['time_to_second_token', 'Time to Second Token', 'ms'],
  ['time_to_first_output_token', 'Time to First Output Token', 'ms'],
  ['request_latency', 'Request Latency', 'ms'],
  ['inter_token_latency', 'Inter Token Latency', 'ms'],
  ['output_token_throughput_per_user', 'Output Token Throughput Per User', 'tokens/sec/user'],
  ['e2e_output_token_throughput', 'E2E Output Token Throughput', 'tokens/sec/user'],
  ['output_sequence_length', 'Output Sequence Length', 'tokens'],
  ['input_sequence_length', 'Input Sequence Length', 'tokens'],
];

const STATS = ['mean', 'min', 'max', 'p99', 'p90', 'p50', 'std'] as const;

/** The table that `aiperf profile` prints at its end. */
export function aiperfText(run: Run, figures: AiperfFigures): string {
  const rows = [
    ...SAMPLES.filter(([tag]) => figures.samples[tag].count > 0).map(([tag, title, unit]) => [
      name(title, unit),
      ...STATS.map((stat) => [number(figures.samples[tag][stat])]),
    ]),
    ...scalars(figures).map(([, title, unit, value]) => [
      name(title, unit),
      [number(value)],
      ...STATS.slice(1).map(() => ['N/A']),
    ]),
  ];
  const table = boxed('NVIDIA AIPerf | LLM Metrics', ['Metric', 'avg', ...STATS.slice(1)], rows);
  return [definitionsOf(AIPERF, run), ...table, ...caveatLines(figures.caveats), ''].join('\n');
}

/** The members of the tool's `profile_export_aiperf.json` that are figures. */
export function aiperfDocument(figures: AiperfFigures): object {
  const samples = [...SAMPLES, ['inter_chunk_latency', 'Inter Chunk Latency', 'ms'] as const].map(
    ([tag, , unit]) => [tag, { unit, ...exported(figures.samples[tag]) }] as const,
  );
  const single = scalars(figures).map(([tag, , unit, avg]) => [tag, { unit, avg }] as const);
  return Object.fromEntries([...samples, ...single]);
}

function scalars(
  figures: AiperfFigures,
): readonly (readonly [tag: string, title: string, unit: string, number])[] {
  return [
    ['output_token_throughput', 'Output Token Throughput', 'tokens/sec', figures.outputTokensPerSec],
    ['input_token_throughput', 'Input Token Throughput', 'tokens/sec', figures.inputTokensPerSec],
    ['request_throughput', 'Request Throughput', 'requests/sec', figures.requestsPerSec],
    ['request_count', 'Request Count', 'requests', figures.requests],
    ['error_request_count', 'Error Request Count', 'requests', figures.errors],
  ];
}

function exported({ mean, min, max, p99, p90, p50, std, count }: NumpyStats): object {
  return { avg: mean, p50, p90, p99, min, max, std, count };
}

function name(title: string, unit: string): readonly string[] {
  return title.length > 30 ? [title, `(${unit})`] : [`${title} (${unit})`];
}

function number(value: number | null): string {
  return value === null ? 'N/A' : grouped(value.toFixed(2));
}

/** A table in rich's default box, all columns aligned to the right; a cell is a list of lines. */
function boxed(
  title: string,
  header: readonly string[],
  rows: readonly (readonly (readonly string[])[])[],
): readonly string[] {
  const widths = header.map((text, column) =>
    Math.max(text.length, ...rows.flatMap((row) => (row[column] ?? []).map((line) => line.length))),
  );
  const rule = (left: string, line: string, middle: string, right: string): string =>
    left + widths.map((width) => line.repeat(width + 2)).join(middle) + right;
  const text = (edge: string, cells: readonly string[]): string =>
    `${edge}${cells.map((cell, column) => ` ${cell.padStart(widths[column] ?? 0)} `).join(edge)}${edge}`;
  const top = rule('┏', '━', '┳', '┓');
  return [
    ' '.repeat(Math.max(0, (top.length - title.length) >> 1)) + title,
    top,
    text('┃', header),
    rule('┡', '━', '╇', '┩'),
    ...rows.flatMap((row) => {
      const height = Math.max(...row.map((cell) => cell.length));
      return Array.from({ length: height }, (_, i) =>
        text(
          '│',
          row.map((cell) => cell[i] ?? ''),
        ),
      );
    }),
    rule('└', '─', '┴', '┘'),
  ];
}
