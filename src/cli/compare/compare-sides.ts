import { type Comparison, compareRuns } from '../../compare/compare-runs.ts';
import type { ComparisonObstacle } from '../../compare/comparison-note.ts';
import { readServerDescription } from '../../compare/servers/server-description.ts';
import { serverDifferences } from '../../compare/servers/server-differences.ts';
import { firstDifference } from '../../compare/setting-differences.ts';
import { type CommonPositions, commonPositions, type RunSummary } from '../../measure/run-summary.ts';
import { cellKey, isValid, type Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { pooledText } from '../../report/messages/notes/comparison-notes.ts';
import type { ComparedLabels } from '../../report/runs-report.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { measureRuns, runSummary } from '../report/measure-runs.ts';

/** What a comparison reads of a tape. */
export type ComparedTape = Pick<TapeReader, 'plainResults' | 'okPositions' | 'serverStates'>;

/** Runs by the name that they go by in the comparison. */
export interface NamedRuns {
  readonly name: string;
  readonly runs: readonly Run[];
}

export interface ComparedSides {
  readonly before: NamedRuns;
  readonly after: NamedRuns;
  /** Runs of the first side that were repeated after those of the second. */
  readonly repeated?: NamedRuns;
  readonly accept?: readonly ComparisonObstacle['kind'][];
  /** Figures over all requests of runs that were measured already. */
  readonly measured?: readonly RunSummary[];
  /** Figures of all the runs over the requests that they have in common, where `measureSides` made them before. */
  readonly together?: ReadonlyMap<number, RunSummary>;
}

/**
 * Compares two sets of runs of a tape.
 * @throws UserError where a side pools what may not be pooled
 */
export function compareSides(tape: ComparedTape, sides: ComparedSides): Comparison {
  return compareLabels(tape, sides).comparison;
}

/**
 * The same with the figures of the runs and what differs between their servers: what `compare` and a report of two labels
 * both show.
 * @throws UserError where a side pools what may not be pooled
 */
export function compareLabels(tape: ComparedTape, compared: ComparedSides): ComparedLabels {
  refusePooled(compared);
  const { before, after, repeated = NO_RUNS, accept = [], measured = [] } = compared;
  const { together = summarizeTogether(tape, runsOf(compared), measured) } = compared;
  const of = ({ runs }: NamedRuns): RunSummary[] => runs.flatMap(({ id }) => together.get(id) ?? []);
  const sides = { before: before.name, after: after.name };
  const runs = [...of(before), ...of(after)];
  return {
    comparison: compareRuns(sides, of(before), of(after), of(repeated), accept),
    changed: serversDiffer(tape, before.runs, after.runs) ?? [],
    runs,
  };
}

/**
 * Measures the runs of both sides over the requests that they have in common, on several threads where that is worth it.
 * @throws UserError (as a rejection) where a side pools what may not be pooled
 */
export async function measureSides(
  tape: TapeReader,
  path: string,
  sides: ComparedSides,
): Promise<ReadonlyMap<number, RunSummary>> {
  refusePooled(sides);
  const runs = runsOf(sides);
  const common = commonByRun(tape, runs);
  const commonOf = ({ id }: Run): CommonPositions | null => common.get(id) ?? null;
  const measured = await measureRuns('figures', tape, path, runs, { commonOf });
  return new Map(measured.map((summary) => [summary.id, summary]));
}

const NO_RUNS: NamedRuns = { name: '', runs: [] };

function runsOf({ before, after, repeated = NO_RUNS }: ComparedSides): readonly Run[] {
  return [...before.runs, ...after.runs, ...repeated.runs];
}

/**
 * What differs between the servers of both sides, as they describe themselves at the start of their first runs; null where
 * one was not asked, or said nothing.
 */
export function serversDiffer(
  tape: ComparedTape,
  before: readonly Run[],
  after: readonly Run[],
): ComparedLabels['changed'] | null {
  const described = ([first]: readonly Run[]) =>
    first === undefined ? null : readServerDescription(tape.serverStates({ runId: first.id }), 'start');
  const [baseline, candidate] = [described(before), described(after)];
  return baseline === null || candidate === null ? null : serverDifferences(baseline, candidate);
}

/**
 * A run cannot be held against itself.
 * @param numberOf a run, as its tape numbers it
 * @throws UserError for a run that two groups have
 */
export function refuseShared(
  groups: readonly NamedRuns[],
  numberOf: (run: Run) => number = ({ id }) => id,
): void {
  for (const [i, { name, runs }] of groups.entries()) {
    for (const other of groups.slice(i + 1)) {
      const shared = runs.find((run) => other.runs.some(({ id }) => id === run.id));
      if (shared === undefined) continue;
      throw new UserError(
        `run ${numberOf(shared)} is in both ${name} and ${other.name}: choose runs that were measured apart`,
      );
    }
  }
}

function refusePooled({ before, after, repeated = NO_RUNS }: ComparedSides): void {
  for (const side of [before, after, repeated]) refuseTwoTargets(side);
  refuseTwoSettings(before.name, [...before.runs, ...repeated.runs]);
  refuseTwoSettings(after.name, after.runs);
}

const APART = 'compare run IDs of one of them, or replay with a label for each';

/** Runs of two servers are no repetitions: their spread is no noise. */
function refuseTwoTargets({ name, runs }: NamedRuns): void {
  const targets = Map.groupBy(runs, ({ target }) => target);
  if (targets.size <= 1) return;
  const each = [...targets].map(([target, of]) => `${target} (${runsText(of)})`).join(' and ');
  throw new UserError(`${name} pools runs of ${each}`, { remedy: APART });
}

/** Nor are runs of one cell that were asked differently. */
function refuseTwoSettings(name: string, runs: readonly Run[]): void {
  for (const ofCell of Map.groupBy(runs, ({ cell }) => cellKey(cell)).values()) {
    const found = firstDifference(ofCell);
    if (found === null) continue;
    const { run, other, differences } = found;
    const which = `runs ${run.id} and ${other.id}`;
    throw new UserError(`${name} pools ${which} with different settings (${pooledText(differences, 'en')})`, {
      remedy: APART,
    });
  }
}

function runsText(runs: readonly Run[]): string {
  return `${runs.length === 1 ? 'run' : 'runs'} ${runs.map(({ id }) => id).join(', ')}`;
}

/**
 * Measures runs over the same requests, one after the other. A run whose requests are all common keeps the figures that it
 * has; so does one that is not valid, which is left out of the comparison.
 */
function summarizeTogether(
  tape: ComparedTape,
  runs: readonly Run[],
  measured: readonly RunSummary[],
): ReadonlyMap<number, RunSummary> {
  const known = new Map(measured.map((summary) => [summary.id, summary]));
  const common = commonByRun(tape, runs);
  return new Map(
    runs.map((run) => {
      const has = known.get(run.id);
      const positions = common.get(run.id) ?? null;
      const fits = has !== undefined && (!has.valid || has.outcomes.ok === positions?.size);
      return [run.id, fits ? has : runSummary(tape, run, { common: positions })];
    }),
  );
}

/**
 * Within a cell, latencies count only the positions of the plan that every valid run answered, or the slower side would be
 * measured on another mix of prompts. What runs missed that are not valid does not matter: they are left out.
 */
function commonByRun(tape: ComparedTape, runs: readonly Run[]): ReadonlyMap<number, CommonPositions> {
  const groups = [...Map.groupBy(runs, ({ cell }) => cellKey(cell)).values()];
  return new Map(
    groups.flatMap((group) => {
      const common = commonPositions(group.filter(isValid).map(({ id }) => tape.okPositions(id)));
      return group.map(({ id }) => [id, common] as const);
    }),
  );
}
