import { type Comparison, compareRuns } from '../../compare/compare-runs.ts';
import type { ComparisonObstacle } from '../../compare/comparison-note.ts';
import { readServerDescription } from '../../compare/servers/server-description.ts';
import { serverDifferences } from '../../compare/servers/server-differences.ts';
import { firstDifference } from '../../compare/setting-differences.ts';
import { commonPositions, type RunSummary, summarizeRun } from '../../measure/run-summary.ts';
import { cellKey, isValid, type Run } from '../../model/run.ts';
import { UserError } from '../../model/user-error.ts';
import { pooledText } from '../../report/messages/notes/comparison-notes.ts';
import type { ComparedLabels } from '../../report/runs-report.ts';
import type { TapeReader } from '../../store/tape-reader.ts';

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
export function compareLabels(
  tape: ComparedTape,
  { before, after, repeated = { name: '', runs: [] }, accept = [], measured = [] }: ComparedSides,
): ComparedLabels {
  for (const side of [before, after, repeated]) refuseTwoTargets(side);
  refuseTwoSettings(before.name, [...before.runs, ...repeated.runs]);
  refuseTwoSettings(after.name, after.runs);
  const summaries = summarizeTogether(tape, [...before.runs, ...after.runs, ...repeated.runs], measured);
  const of = ({ runs }: NamedRuns): RunSummary[] => runs.flatMap(({ id }) => summaries.get(id) ?? []);
  const sides = { before: before.name, after: after.name };
  const runs = [...of(before), ...of(after)];
  return {
    comparison: compareRuns(sides, of(before), of(after), of(repeated), accept),
    changed: changedOn(tape, before, after),
    runs,
  };
}

/** What differs between the servers of both sides, as they describe themselves at the start of their first runs. */
function changedOn(tape: ComparedTape, before: NamedRuns, after: NamedRuns): ComparedLabels['changed'] {
  const described = ({ runs: [first] }: NamedRuns) =>
    first === undefined ? null : readServerDescription(tape.serverStates({ runId: first.id }), 'start');
  const [baseline, candidate] = [described(before), described(after)];
  return baseline === null || candidate === null ? [] : serverDifferences(baseline, candidate);
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
 * Measures runs over the same requests: within a cell, latencies count only the positions of the plan that every valid
 * run answered, or the slower side would be measured on another mix of prompts. Runs that are not valid are left out of
 * the comparison, so what they missed does not matter. A run whose requests are all common keeps the figures that it has.
 */
function summarizeTogether(
  tape: ComparedTape,
  runs: readonly Run[],
  measured: readonly RunSummary[],
): ReadonlyMap<number, RunSummary> {
  const known = new Map(measured.map((summary) => [summary.id, summary]));
  const summaries = new Map<number, RunSummary>();
  for (const group of Map.groupBy(runs, ({ cell }) => cellKey(cell)).values()) {
    const common = commonPositions(group.filter(isValid).map(({ id }) => tape.okPositions(id)));
    for (const run of group) {
      const has = known.get(run.id);
      if (has !== undefined && (!has.valid || has.outcomes.ok === common.size)) {
        summaries.set(run.id, has);
        continue;
      }
      const states = tape.serverStates({ runId: run.id });
      summaries.set(run.id, summarizeRun(run, tape.plainResults(run.id), { only: common.has, states }));
    }
  }
  return summaries;
}
