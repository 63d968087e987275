import { type RunSummary, reportedSummary } from '../../measure/run-summary.ts';
import { cellName } from '../../model/run.ts';
import { messagesOf } from '../../report/messages/messages.ts';
import { wrapText } from '../../report/plain-text.ts';

const en = messagesOf('en');
const { ms, rate, whole } = en.quantities;

/** The columns of finished runs; each has a fixed width, so that rows that come minutes apart line up. */
const COLUMNS: readonly {
  readonly head: string;
  readonly width: number;
  readonly of: (run: RunSummary) => string;
}[] = [
  { head: 'req/s', width: 7, of: (run) => rate(run.servedRequestsPerSec) },
  { head: 'tok/s', width: 7, of: (run) => rate(run.servedOutputTokensPerSec) },
  { head: 'TTFT p50 ms', width: 11, of: ({ ttftMs }) => ms(ttftMs.p50 ?? null) },
  { head: 'E2EL p50 ms', width: 11, of: ({ e2elMs }) => ms(e2elMs.p50 ?? null) },
  { head: 'p99 ms', width: 7, of: ({ e2elMs }) => ms(e2elMs.p99 ?? null) },
  { head: 'errors', width: 6, of: ({ errors }) => whole(errors) },
];

const [RUN, LOAD] = [6, 10] as const;

function row(run: string, load: string, cells: readonly string[]): string {
  const figures = cells.map((cell, i) => cell.padStart(COLUMNS[i]?.width ?? 0));
  return [run.padStart(RUN), load.padEnd(LOAD), ...figures].join('  ');
}

/** The heads of the columns of `runRow`. */
export const RUN_HEADS = row(
  'run',
  'load',
  COLUMNS.map(({ head }) => head),
);

/**
 * A finished run as one line, and below it why it is invalid, if it is.
 * @param number of how many it is, from 1
 * @param width columns of the terminal
 */
export function runRow(run: RunSummary, number: number, of: number, width: number): readonly string[] {
  const shown = reportedSummary(run);
  const line = row(
    `${number}/${of}`,
    cellName(run.cell),
    COLUMNS.map((column) => column.of(shown)),
  );
  if (run.valid) return [line];
  const indent = ' '.repeat(RUN + 2);
  return [
    line,
    ...`${indent}${wrapText(`invalid: ${en.reasons(run.invalidReasons)}`, width - indent.length, indent)}`.split(
      '\n',
    ),
  ];
}
