import type { AskedFigures } from '../../measure/run-summary.ts';
import { serverFacts } from '../../measure/server/server-facts.ts';
import type { PlainResult } from '../../model/result.ts';
import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { RecordedTiming, ReportedRun, RunsReport } from '../../report/runs-report.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { compareLabels } from '../compare/compare-sides.ts';
import { toolVersion } from '../provenance.ts';
import { measureRuns } from './measure-runs.ts';

/** Reads everything that a report of runs shows. */
export async function gatherReport(
  tape: TapeReader,
  path: string,
  runs: readonly Run[],
  { note, asked }: { readonly note: string; readonly asked: AskedFigures },
): Promise<RunsReport> {
  const recordedAt = recordedServers(tape);
  const measured = await measureRuns('page', tape, path, runs, asked);
  const reported = measured.map((run) => ({ ...run, recordedServer: recordedAt(run.summary.target) }));
  const wanted = new Set(
    reported.flatMap(({ series }) => series.sample.points.map(({ exchangeId }) => exchangeId)),
  );
  const { recorded, route } = readExchanges(tape, wanted);
  const compared = labelsAgainstFirst(tape, runs, reported);
  return { tape: path, runs: reported, recorded, note, path: route, toolVersion: toolVersion(), compared };
}

/** Each further label against the first, as `compare` judges them; not what `compare` would refuse to pool. */
function labelsAgainstFirst(
  tape: TapeReader,
  runs: readonly Run[],
  reported: readonly ReportedRun[],
): RunsReport['compared'] {
  const [before, ...others] = [...Map.groupBy(runs, ({ label }) => label)].map(([name, own]) => ({
    name,
    runs: own,
  }));
  if (before === undefined) return [];
  const measured = reported.map(({ summary }) => summary);
  return others.flatMap((after) => {
    try {
      return [compareLabels(tape, { before, after, measured })];
    } catch (error) {
      if (error instanceof UserError) return [];
      throw error;
    }
  });
}

/** What the last capture whose upstream is a target found there: cards do not change with a run, and only it may ask for them. */
function recordedServers(tape: TapeReader): (target: string) => ReportedRun['recordedServer'] {
  const captures = tape.captures();
  return (target) => {
    const origin = URL.parse(target)?.origin;
    const capture = captures.findLast(({ upstream }) => URL.parse(upstream)?.origin === origin);
    if (capture === undefined || origin === undefined) return null;
    return {
      at: new Date(capture.startedAtMs).toISOString(),
      facts: serverFacts(tape.serverStates({ captureId: capture.id })),
    };
  };
}

/** A run's results without the reads of their answers. */
export function* plainResults(tape: TapeReader, run: Run): Generator<PlainResult> {
  for (const { result } of tape.plainResults(run.id)) yield result;
}

function readExchanges(
  tape: TapeReader,
  wanted: ReadonlySet<number>,
): { readonly recorded: ReadonlyMap<number, RecordedTiming>; readonly route: string } {
  const recorded = new Map<number, RecordedTiming>();
  const routes = new Map<string, number>();
  for (const { id, path, outcome, arrivedUs, finishedUs } of tape.exchanges()) {
    routes.set(path, (routes.get(path) ?? 0) + 1);
    if (wanted.has(id) && outcome === 'ok' && finishedUs !== null) {
      recorded.set(id, { e2elMs: (finishedUs - arrivedUs) / 1e3 });
    }
  }
  return { recorded, route: [...routes].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '/' };
}

/** The route that most exchanges of the tape took. */
export function commonPath(tape: TapeReader): string {
  return readExchanges(tape, new Set()).route;
}

/**
 * The runs that an argument selects: IDs (`3` or `1,2,3`), or all runs with a label.
 * @throws UserError when there are none
 */
export function selectRuns(runs: readonly Run[], selection: string): readonly Run[] {
  if (runs.length === 0) throw new UserError(`there is no run on this tape: reprise replay makes one`);
  if (/^\d+(,\d+)*$/.test(selection)) return byIds(runs, selection);
  const found = runs.filter(({ label }) => label === selection);
  if (found.length === 0) {
    const labels = [...new Set(runs.map(({ label }) => label))].join(', ');
    throw new UserError(`no run is labelled ${selection}: the labels on this tape are ${labels}`);
  }
  return found;
}

function byIds(runs: readonly Run[], selection: string): readonly Run[] {
  return selection.split(',').map((part) => {
    const run = runs.find(({ id }) => id === Number(part));
    if (run === undefined) {
      const ids = runs.map(({ id }) => id);
      throw new UserError(
        `there is no run ${part} on this tape: its runs are ${Math.min(...ids)} to ${Math.max(...ids)}`,
      );
    }
    return run;
  });
}
