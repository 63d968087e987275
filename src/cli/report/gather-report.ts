import type { AskedFigures } from '../../measure/run-summary.ts';
import { serverFacts } from '../../measure/server/server-facts.ts';
import type { Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { ReportedRun, RunsReport } from '../../report/runs-report.ts';
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
  return {
    tape: path,
    runs: reported,
    recorded: tape.answeredTimes(wanted),
    note,
    path: commonPath(tape),
    toolVersion: toolVersion(),
    compared: labelsAgainstFirst(tape, runs, reported),
  };
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

/** The route that most exchanges of the tape took. */
export function commonPath(tape: TapeReader): string {
  return tape.mostUsedPath() ?? '/';
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
