import type { RunsReport } from '../../report/runs-report.ts';
import { runFigures, UNREADABLE } from '../../serve/run-figures.ts';
import type { RunFigures, RunRow } from '../../serve/shelf.ts';
import type { FoundTape } from './find-tapes.ts';
import type { KnownTapes } from './known-tapes.ts';
import type { Lanes } from './lanes.ts';

/** Runs that are measured in one go. */
const AT_ONCE = 10;

/** The figures that lists show of runs that have ended. They never change: they are kept by file and run. */
export interface KnownFigures {
  /** Null while they are not known. */
  of(tape: FoundTape, run: RunRow): RunFigures | null;
  /** Computes those that are missing, of the tape that was written last first, one run at a time. It never rejects. */
  measure(): Promise<void>;
  /** A report has the same figures of its runs. */
  addReport(tape: FoundTape, runs: readonly RunRow[], report: RunsReport): void;
}

/** @param onDefect called with an error that is no problem of a tape */
export function createKnownFigures(
  tapes: Pick<KnownTapes, 'found' | 'runsOf'>,
  lanes: Pick<Lanes, 'figures' | 'rest'>,
  onDefect: (error: unknown) => void,
): KnownFigures {
  const known = new Map<string, RunFigures>();
  let measuring: Promise<void> | null = null;

  /** Asked for again whenever a report came between, which may have them. */
  async function measureSome(tape: FoundTape, runs: readonly RunRow[]): Promise<void> {
    for (;;) {
      const missing = runs.filter((run) => !known.has(keyOf(tape, run)));
      if (missing.length === 0) return;
      const ids = missing.map(({ id }) => id);
      const measured = await lanes.figures(tape.path, ids);
      if (measured === null) continue;
      for (const [i, run] of missing.entries()) known.set(keyOf(tape, run), measured[i] ?? UNREADABLE);
    }
  }

  async function measureAll(): Promise<void> {
    for (const tape of tapes.found().toSorted((a, b) => b.changedMs - a.changedMs)) {
      const ended = (await tapes.runsOf(tape)).filter(({ lengthMs }) => lengthMs !== null).toReversed();
      for (let i = 0; i < ended.length; i += AT_ONCE) await measureSome(tape, ended.slice(i, i + AT_ONCE));
    }
    await lanes.rest();
  }

  return {
    of: (tape, run) => known.get(keyOf(tape, run)) ?? null,
    measure() {
      measuring ??= measureAll()
        .catch(onDefect)
        .finally(() => {
          measuring = null;
        });
      return measuring;
    },
    addReport(tape, runs, report) {
      const reported = new Map(report.runs.map((run) => [run.summary.id, run]));
      for (const run of runs) {
        const { summary, series } = reported.get(run.id) ?? {};
        if (run.lengthMs === null || summary === undefined || series === undefined) continue;
        known.set(keyOf(tape, run), runFigures(summary, series.timeline));
      }
    },
  };
}

function keyOf({ file }: FoundTape, { id, startedAtMs }: RunRow): string {
  return `${file}|${id}|${startedAtMs}`;
}
