import type { ErrorKind } from '../measure/run-counts.ts';
import type { RunSummary } from '../measure/run-summary.ts';
import { isSufficient, SUFFICIENT_SAMPLE } from '../measure/sample.ts';
import { cellName } from '../model/run.ts';
import { type RunGroup, sumOver } from './cells.ts';
import type { Messages } from './messages/messages.ts';

/** What a reader must know to read a matrix, one sentence each. */
export function matrixNotes({ runs, cells }: RunGroup, messages: Messages): readonly string[] {
  const { matrix: w, quantities: q } = messages;
  const slo = runs.find(({ goodput }) => goodput !== null)?.goodput?.slo;
  const errors = runs.flatMap(({ errorKinds }) => errorKinds);
  const retried = sumOver(runs, ({ health }) => health?.retried ?? 0);
  const isSmall = ({ e2elMs }: RunSummary): boolean => !isSufficient('p99', e2elMs.count);
  const repeated = cells.filter((cell) => cell.runs.length > 1);
  return [
    ...(repeated.some(({ valid }) => valid.length > 0) ? [w.medians] : []),
    ...(repeated.some(({ valid }) => valid.length === 0) ? [w.mediansOfAll] : []),
    ...(cells.some(({ shown }) => shown.some(isSmall)) ? [percentileNote(messages)] : []),
    ...(slo === undefined ? [] : [w.goodput(slo)]),
    ...(errors.length === 0 ? [] : [w.errorKinds(errorList(errors, messages))]),
    ...(runs.some(({ plannedAborts }) => plannedAborts > 0) ? [w.aborts] : []),
    ...(retried > 0 ? [w.retried(q.whole(retried))] : []),
    ...(runs.some(({ tokenSources }) => (tokenSources.chunks ?? 0) > 0) ? [w.countedChunks] : []),
    ...runs.flatMap((run) => runNotes(run, messages)),
  ];
}

/** Says what dashes in place of percentiles mean. */
export function percentileNote({ matrix }: Messages): string {
  return matrix.fewRequests(
    SUFFICIENT_SAMPLE.p50,
    SUFFICIENT_SAMPLE.p90,
    SUFFICIENT_SAMPLE.p95,
    SUFFICIENT_SAMPLE.p99,
  );
}

function runNotes({ id, cell, server, invalidReasons }: RunSummary, messages: Messages): readonly string[] {
  const { matrix: w, quantities: q } = messages;
  const others = (server?.running.start ?? 0) + (server?.waiting.start ?? 0);
  return [
    ...(others > 0 ? [w.otherTraffic(id, cellName(cell), q.whole(others))] : []),
    ...(invalidReasons.length > 0
      ? [w.invalidRun(id, cellName(cell), messages.reasons(invalidReasons))]
      : []),
  ];
}

/** The most frequent three, those that look alike over all runs together. */
function errorList(kinds: readonly ErrorKind[], messages: Messages): string {
  const { matrix: w, quantities: q, comma } = messages;
  return [...Map.groupBy(kinds, messages.error)]
    .map(([alike, all]) => ({ alike, count: all.reduce((total, { count }) => total + count, 0) }))
    .sort((a, b) => b.count - a.count)
    .slice(0, 3)
    .map(({ alike, count }) => w.errorKind(alike, q.whole(count)))
    .join(comma);
}
