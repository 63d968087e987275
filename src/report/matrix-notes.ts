import type { ErrorKind } from '../measure/error-kinds.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { carriesPercentile } from '../measure/sample-stats.ts';
import { cellName } from '../model/run.ts';
import type { Slo } from '../model/slo.ts';
import { duration, PERCENTILE_NOTE, whole } from './quantities.ts';

/** The runs of one cell; figures of runs that may not be used are shown only where there are no others. */
export interface RunsOfCell {
  readonly repeats: readonly RunSummary[];
  readonly shown: readonly RunSummary[];
}

/** What a reader must know to read a matrix, one sentence each. */
export function matrixNotes(runs: readonly RunSummary[], rows: readonly RunsOfCell[]): readonly string[] {
  const notes: string[] = [];
  if (rows.some(({ repeats }) => repeats.length > 1)) {
    notes.push(
      'Figures of several runs are the median over the valid runs; requests and errors are their sums.',
    );
  }
  if (rows.some(({ shown }) => shown.some(({ e2elMs }) => !carriesPercentile('p99', e2elMs.count))))
    notes.push(PERCENTILE_NOTE);
  const slo = runs.find(({ goodput }) => goodput !== null)?.goodput?.slo;
  if (slo !== undefined)
    notes.push(`Goodput is the share of requests with ${limits(slo)}; errors count as bad.`);
  const errors = runs.flatMap(({ errorKinds }) => errorKinds);
  if (errors.length > 0) notes.push(`Errors: ${errorList(errors)}.`);
  if (runs.some(({ plannedAborts }) => plannedAborts > 0)) {
    notes.push(
      'Aborts were cut where their recorded clients had gone away: they are neither errors nor in the latencies.',
    );
  }
  const retried = runs.reduce((total, { health }) => total + (health?.retried ?? 0), 0);
  if (retried > 0) {
    notes.push(`${retried} requests were sent once more, since a kept connection turned out closed.`);
  }
  if (runs.some(({ tokenSources }) => (tokenSources.chunks ?? 0) > 0)) {
    notes.push('Some streams reported no usage: their tokens are counted chunks, a lower bound.');
  }
  return [...notes, ...runs.flatMap(runNotes)];
}

function runNotes({ id, cell, server, invalidReasons }: RunSummary): readonly string[] {
  const name = `Run ${id} (${cellName(cell)})`;
  const others = (server?.running.start ?? 0) + (server?.waiting.start ?? 0);
  return [
    ...(others > 0 ? [`${name} began while the server was busy with requests of others (${others}).`] : []),
    ...(invalidReasons.length > 0 ? [`${name} is not valid: ${invalidReasons.join('; ')}.`] : []),
  ];
}

function limits({ ttftMs, tpotMs, e2elMs }: Slo): string {
  return [['TTFT', ttftMs] as const, ['TPOT', tpotMs] as const, ['E2EL', e2elMs] as const]
    .flatMap(([name, ms]) => (ms === null ? [] : [`${name} up to ${duration(ms)}`]))
    .join(', ');
}

/** The most frequent three, those that look alike over all runs together. */
function errorList(kinds: readonly ErrorKind[]): string {
  const words = (kind: ErrorKind): string =>
    [kind.outcome, kind.status, kind.error].filter((word) => word !== null).join(' ');
  return [...Map.groupBy(kinds, words)]
    .map(([name, alike]) => ({ name, count: alike.reduce((total, { count }) => total + count, 0) }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 3)
    .map(({ name, count }) => `${name} (${whole(count)})`)
    .join(', ');
}
