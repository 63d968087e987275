import { type RunSummary, reportedSummary } from '../../measure/run-summary.ts';
import { cellName } from '../../model/run.ts';
import { messagesOf } from '../../report/messages/messages.ts';

const { ms, rate, whole } = messagesOf('en').quantities;

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
 * A finished run as one line, and below it that it is invalid, if it is. Why is printed once, with the figures of all runs.
 * @param number of how many it is, from 1
 */
export function runRow(run: RunSummary, number: number, of: number): readonly string[] {
  const shown = reportedSummary(run);
  const line = row(
    `${number}/${of}`,
    cellName(run.cell),
    COLUMNS.map((column) => column.of(shown)),
  );
  return run.valid
    ? [line]
    : [line, `${' '.repeat(RUN + 2)}invalid: the reasons are printed with the figures`];
}
