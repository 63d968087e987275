import type { Comparison } from '../../compare/compare-runs.ts';
import { settingDifferences } from '../../compare/setting-differences.ts';
import type { Run } from '../../model/run.ts';
import type { Compared } from '../../serve/shelf.ts';
import { openTape, type TapeReader } from '../../store/tape-reader.ts';
import { type ComparedTape, compareSides, refuseShared, serversDiffer } from '../compare/compare-sides.ts';
import { selectRuns } from '../report/gather-report.ts';
import { runSummary } from '../report/measure-runs.ts';

/** A side of a comparison with the file that its tape is. */
export interface SidePath {
  readonly tape: string;
  readonly path: string;
  readonly runs: string;
}

/** Run IDs of different tapes are kept apart by this step: no tape has as many runs. */
const TAPE_STEP = 10_000_000;

/** Each side against the earliest, in the order of time. Runs of several tapes are compared as if they were on one. */
export function compareTapes(sides: readonly SidePath[]): Compared {
  const paths = [...new Set(sides.map(({ path }) => path))];
  const tapes = paths.map(openTape);
  try {
    const shared = paths.length === 1 ? tapes[0] : joined(tapes);
    const [first] = tapes;
    if (first === undefined || shared === undefined) return { sides: [], against: [] };
    const chosen = pooled(sides, (path) => (tapes[paths.indexOf(path)] ?? first).runs()).map(
      ({ tape: name, path, runs: selection }) => {
        const i = paths.indexOf(path);
        const runs = selectRuns((tapes[i] ?? first).runs(), selection);
        const label = /^\d+(,\d+)*$/.test(selection) ? `${runs[0]?.label} (${selection})` : selection;
        return {
          tape: name,
          path,
          runs: selection,
          name: paths.length === 1 ? label : `${name}: ${label}`,
          chosen: runs.map((run) => ({ ...run, id: run.id + i * TAPE_STEP })),
        };
      },
    );
    return compareAll(
      shared,
      chosen.toSorted((a, b) => beginOf(a) - beginOf(b)),
    );
  } finally {
    for (const tape of tapes) tape.close();
  }
}

/** Runs that were chosen one by one are one side where they have a tape and a label in common, unless nothing else was chosen. */
function pooled(sides: readonly SidePath[], runsOf: (path: string) => readonly Run[]): readonly SidePath[] {
  const groups = Map.groupBy(sides, ({ path, runs }) => {
    const label = runsOf(path).find(({ id }) => String(id) === runs)?.label;
    return JSON.stringify([path, label ?? runs, label === undefined]);
  });
  if (groups.size < 2) return sides;
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, runs: group.map(({ runs }) => runs).join() }];
  });
}

interface ChosenSide extends SidePath {
  readonly name: string;
  readonly chosen: readonly Run[];
}

function beginOf({ chosen }: ChosenSide): number {
  return Math.min(...chosen.map(({ startedAtMs }) => startedAtMs));
}

function compareAll(tape: ComparedTape, sides: readonly ChosenSide[]): Compared {
  const [base, ...others] = sides;
  if (base === undefined) return { sides: [], against: [] };
  const named = ({ name, chosen }: ChosenSide) => ({ name, runs: chosen });
  refuseShared(sides.map(named), ({ id }) => id % TAPE_STEP);
  const measured = new Map(
    sides.flatMap(({ chosen }) => chosen).map((run) => [run.id, runSummary(tape, run)] as const),
  );
  return {
    sides: sides.map(({ chosen, ...side }) => ({
      ...side,
      summaries: chosen.flatMap(({ id }) => measured.get(id) ?? []),
      ids: chosen.map(({ id }) => id % TAPE_STEP),
    })),
    against: others.map((side) => {
      const [a, b] = [base.chosen[0], side.chosen[0]];
      return {
        comparison: withOwnIds(
          compareSides(tape, {
            before: named(base),
            after: named(side),
            measured: [...measured.values()],
          }),
        ),
        settings: a === undefined || b === undefined ? [] : settingDifferences(a.settings, b.settings),
        servers: serversDiffer(tape, base.chosen, side.chosen),
      };
    }),
  };
}

/** The runs as their tapes number them. */
function withOwnIds(comparison: Comparison): Comparison {
  const own = (id: number): number => id % TAPE_STEP;
  const cells = comparison.cells.map((cell) => ({
    ...cell,
    before: { ...cell.before, runs: cell.before.runs.map(own) },
    after: { ...cell.after, runs: cell.after.runs.map(own) },
    notes: cell.notes.map((note) => (note.kind === 'runLeftOut' ? { ...note, run: own(note.run) } : note)),
  }));
  return { ...comparison, cells };
}

function joined(tapes: readonly TapeReader[]): ComparedTape {
  const of = (id: number): readonly [TapeReader, number] => {
    const tape = tapes[Math.floor(id / TAPE_STEP)];
    if (tape === undefined) throw new RangeError(`no tape has a run ${id}`);
    return [tape, id % TAPE_STEP];
  };
  return {
    plainResults(id) {
      const [tape, run] = of(id);
      return tape.plainResults(run);
    },
    okPositions(id) {
      const [tape, run] = of(id);
      return tape.okPositions(run);
    },
    serverStates(owner) {
      if ('captureId' in owner) throw new RangeError('captures are not compared');
      const [tape, runId] = of(owner.runId);
      return tape.serverStates({ runId });
    },
  };
}
