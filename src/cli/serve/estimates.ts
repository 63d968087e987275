import type { Comparison } from '../../compare/compare-runs.ts';
import { DEFAULT_PRIMARY } from '../../compare/compared-metrics.ts';
import type { Pair } from '../../compare/session/arm-run.ts';
import { judgeSession } from '../../compare/session/judge-session.ts';
import type { SessionRules } from '../../compare/session/session-plan.ts';
import type { RunSummary } from '../../measure/run-summary.ts';
import { cellKey, isValid, type Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import type { EstimateCourse, LiveComparison } from '../../serve/shelf.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { PAIRS_ALONE, readPair, runPairs } from '../compare/budget-command.ts';
import { compareSides } from '../compare/compare-sides.ts';
import { runSummary } from '../report/measure-runs.ts';

/** Commands whose runs are pairs. */
const SESSIONS: readonly (string | undefined)[] = ['ab', 'aa'];

/** No look is due before this many pairs, so that all figures are estimates. */
const RULES: SessionRules = { ...PAIRS_ALONE, looks: [1_000_000], primary: DEFAULT_PRIMARY };

/** Earlier estimates that are computed when a session is first looked at. */
const MOST_EARLIER = 30;

type Estimate = Pick<Comparison, 'before' | 'after' | 'cells'>;

/** Two labels with their complete runs; the one that was run first is `before`. */
interface Sides {
  readonly before: readonly Run[];
  readonly after: readonly Run[];
  readonly names: { readonly before: string; readonly after: string };
}

/** What is remembered of a tape from look to look: nothing is read twice. */
interface Followed {
  readonly who: string;
  readonly courses: Map<string, EstimateCourse>;
  readonly pairs: Map<string, Pair>;
  readonly summaries: Map<number, RunSummary>;
  made: number;
  estimate: Estimate | null;
}

/** Follows the two labels of each tape that were run last, with an estimate after each further run or pair. */
export function createEstimates() {
  const followed = new Map<string, Followed>();

  return function estimateSoFar(
    tape: TapeReader,
    name: string,
    all: readonly Run[],
    newest: Run | undefined,
  ): LiveComparison | null {
    const sides = newest === undefined ? null : sidesOf(all, newest);
    if (newest === undefined || sides === null) return null;
    const { before, after, names } = sides;
    const paired = SESSIONS.includes(newest.settings.commandLine[0]);
    const who = JSON.stringify([names, before[0]?.startedAtMs]);
    let state = followed.get(name);
    if (state?.who !== who) {
      state = { who, courses: new Map(), pairs: new Map(), summaries: new Map(), made: 0, estimate: null };
      followed.set(name, state);
    }
    const pairs = paired ? runPairs(before, after) : [];
    const runs = [...before, ...after].sort((a, b) => a.id - b.id);
    const made = paired ? pairs.length : runs.length;
    for (let n = Math.max(state.made, made - MOST_EARLIER) + 1; n <= made; n++) {
      state.estimate = paired
        ? sessionEstimate(tape, names, pairs.slice(0, n), state.pairs)
        : labelEstimate(tape, sides, runs.slice(0, n), state.summaries);
      if (state.estimate !== null) note(state.courses, state.estimate, n);
    }
    state.made = made;
    const { estimate } = state;
    return estimate === null
      ? null
      : { tape: name, estimate, paired, made, courses: [...state.courses.values()] };
  };
}

function sidesOf(all: readonly Run[], newest: Run): Sides | null {
  const other = all.findLast(({ label, target }) => label !== newest.label || target !== newest.target);
  const complete = (label: string | undefined) => all.filter((run) => run.label === label && isValid(run));
  const [a, b] = [complete(other?.label), complete(newest.label)];
  const [before, after] = (a[0]?.id ?? 0) < (b[0]?.id ?? 0) ? [a, b] : [b, a];
  const [first, second] = [before[0], after[0]];
  if (first === undefined || second === undefined || first.label === second.label) return null;
  return { before, after, names: { before: first.label, after: second.label } };
}

function sessionEstimate(
  tape: TapeReader,
  names: Sides['names'],
  pairs: ReturnType<typeof runPairs>,
  known: Map<string, Pair>,
): Estimate | null {
  const read = pairs.map((pair) => {
    const key = `${pair.baseline.id} ${pair.candidate.id}`;
    const found = known.get(key) ?? readPair(tape, pair);
    known.set(key, found);
    return { cell: pair.baseline.cell, pair: found };
  });
  const cells = [...Map.groupBy(read, ({ cell }) => cellKey(cell)).values()].flatMap((same) =>
    same[0] === undefined
      ? []
      : [{ cell: same[0].cell, pairs: same.map(({ pair }) => pair), remade: [], recorded: null }],
  );
  const labels = { baseline: names.before, candidate: names.after };
  return cells.length === 0 ? null : judgeSession(labels, { cells, ended: false }, RULES);
}

function labelEstimate(
  tape: TapeReader,
  { before, after, names }: Sides,
  runs: readonly Run[],
  known: Map<number, RunSummary>,
): Estimate | null {
  for (const run of runs) if (!known.has(run.id)) known.set(run.id, runSummary(tape, run));
  const among = (side: readonly Run[]) => side.filter((run) => runs.includes(run));
  const [a, b] = [among(before), among(after)];
  if (a.length === 0 || b.length === 0) return null;
  try {
    return compareSides(tape, {
      before: { name: names.before, runs: a },
      after: { name: names.after, runs: b },
      measured: [...known.values()],
    });
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/** Adds an estimate to the course of each judged metric at each load. */
function note(courses: Map<string, EstimateCourse>, { cells }: Estimate, made: number): void {
  for (const { cell, metrics } of cells) {
    for (const { key, gating, ratio, low, high } of Object.values(metrics)) {
      if (!gating || low === null || high === null) continue;
      const name = `${cellKey(cell)} ${key}`;
      const points = courses.get(name)?.points ?? [];
      const last = points.at(-1);
      // A run of another load changes nothing here.
      if (last?.ratio === ratio && last.low === low && last.high === high) continue;
      courses.set(name, { cell: cellKey(cell), key, points: [...points, { made, ratio, low, high }] });
    }
  }
}
