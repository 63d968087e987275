import { type Block, type Decision, decide, type TrialRules } from './trial.ts';

/** One stay at a load: its blocks in order of time. */
export interface Visit {
  /** Of the load in the grid. */
  readonly index: number;
  /** The ramp's single block: it guides the search and proves nothing. */
  readonly short: boolean;
  readonly blocks: readonly Block[];
  readonly decision: Decision;
}

/** What is fixed before the search. */
export interface SearchRules {
  /** The grid, rising. */
  readonly loads: readonly number[];
  /** Cells from a load to about twice that load. */
  readonly stride: number;
  /** Visits that may decide; the search's chance of error is spread over them. */
  readonly visits: number;
  readonly trial: TrialRules;
}

/** A visit to make, or the end. */
export type Move =
  | { readonly kind: 'visit'; readonly index: number; readonly short: boolean }
  | { readonly kind: 'done' };

/** The two ends by tests alone: indices of the grid, -1 and its length where there is none. */
export interface Bracket {
  readonly passes: number;
  readonly fails: number;
}

/** What all deciding visits to a load say together; `mixed`: one passed, another failed. */
export type LoadDecision = Decision | 'mixed';

/**
 * Rules for a search that is wrong with a probability of at most 1 - `confidence`: it is spent evenly over the visits that
 * a bisection of one doubling can make when undecided loads split it, and over the confirmation of both ends.
 */
export function searchRules(spec: {
  readonly loads: readonly number[];
  readonly stride: number;
  readonly good: number;
  readonly confidence: number;
  /** Servers that are searched on one ladder. */
  readonly servers: 1 | 2;
  readonly indifference?: number;
}): SearchRules {
  const visits = spec.servers * (4 + 2 * Math.ceil(Math.log2(spec.stride + 1)));
  const { loads, stride, good, confidence, indifference = (1 - good) / 4 } = spec;
  const error = (1 - confidence) / visits;
  return { loads, stride, visits, trial: { good, indifference, looks: [2, 3, 5, 8, 12], error } };
}

/** What a load's visits say of it. */
export function decisionsByLoad(visits: readonly Visit[]): ReadonlyMap<number, LoadDecision> {
  const found = new Map<number, LoadDecision>();
  for (const { index, short, decision } of visits) {
    if (short) continue;
    const before = found.get(index);
    if (before === undefined || before === 'undecided') found.set(index, decision);
    else if (decision !== 'undecided' && decision !== before) found.set(index, 'mixed');
  }
  return found;
}

/** The highest load that passes with nothing but passes below it, and the lowest that fails with only fails above it. */
export function bracketOf(visits: readonly Visit[], loads: number): Bracket {
  const tested = [...decisionsByLoad(visits)].toSorted(([a], [b]) => a - b);
  const firstFail = tested.find(([, decision]) => decision === 'fail' || decision === 'mixed')?.[0] ?? loads;
  const lastPass = tested.findLast(([, decision]) => decision === 'pass' || decision === 'mixed')?.[0] ?? -1;
  return {
    passes: tested.findLast(([index, decision]) => decision === 'pass' && index < firstFail)?.[0] ?? -1,
    fails: tested.find(([index, decision]) => decision === 'fail' && index > lastPass)?.[0] ?? loads,
  };
}

/**
 * What to do next, from what was found so far: doubling from the lowest load with single blocks, bisection between the
 * last that passed and the first that failed, an undecided load splitting the bracket in two, and each end once more.
 */
export function nextMove(visits: readonly Visit[], rules: SearchRules): Move {
  if (visits.filter(({ short }) => !short).length >= rules.visits) return { kind: 'done' };
  const count = rules.loads.length;
  const decided = decisionsByLoad(visits);
  const contradiction = contradictory(visits, decided);
  if (contradiction !== null) return visit(contradiction);
  const proven = bracketOf(visits, count);
  const { low, high } = withHints(visits, decided, proven);
  if (high === count && low < count - 1) {
    const index = Math.min(low < 0 ? 0 : low + rules.stride, count - 1);
    // A load that stayed undecided ends the doubling: there is nothing to learn above it that the ends do not say.
    if (!decided.has(index)) return visit(index, true);
  }
  const open = between(decided, low, high);
  const middle = middleOf(low, open, high);
  if (middle !== null) return visit(middle);
  const ends = [low, high].filter((index) => index >= 0 && index < count);
  const unproven = ends.find((index) => !decided.has(index));
  if (unproven !== undefined) return visit(unproven);
  const unconfirmed = ends.find((index) => timesAt(visits, index) < 2);
  return unconfirmed === undefined ? { kind: 'done' } : visit(unconfirmed);
}

function visit(index: number, short = false): Move {
  return { kind: 'visit', index, short };
}

function timesAt(visits: readonly Visit[], index: number): number {
  return visits.filter((one) => one.index === index && !one.short).length;
}

/** A load that passed above one that failed: either is tested again before it is believed. */
function contradictory(visits: readonly Visit[], decided: ReadonlyMap<number, LoadDecision>): number | null {
  const fails = [...decided].filter(([, decision]) => decision === 'fail').map(([index]) => index);
  const passes = [...decided].filter(([, decision]) => decision === 'pass').map(([index]) => index);
  const suspects = [
    ...fails.filter((fail) => passes.some((pass) => pass > fail)),
    ...passes.filter((pass) => fails.some((fail) => fail < pass)),
  ];
  return suspects.find((index) => timesAt(visits, index) < 2) ?? null;
}

/** The bracket narrowed by what the ramp's single blocks suggest, where no deciding visit says otherwise. */
function withHints(
  visits: readonly Visit[],
  decided: ReadonlyMap<number, LoadDecision>,
  { passes, fails }: Bracket,
): { readonly low: number; readonly high: number } {
  const hints = visits.filter(
    ({ index, short }) => short && !decided.has(index) && index > passes && index < fails,
  );
  const high = Math.min(
    fails,
    ...hints.filter(({ decision }) => decision === 'fail').map(({ index }) => index),
  );
  const low = Math.max(
    passes,
    ...hints.filter(({ decision, index }) => decision === 'pass' && index < high).map(({ index }) => index),
  );
  return { low, high };
}

/** Loads between the ends that were visited without a clear result, rising. */
function between(decided: ReadonlyMap<number, LoadDecision>, low: number, high: number): readonly number[] {
  return [...decided.keys()].filter((index) => index > low && index < high).toSorted((a, b) => a - b);
}

/** The load to try between the ends: below the lowest open load first, then above the highest; null when none is left. */
function middleOf(low: number, open: readonly number[], high: number): number | null {
  const lowest = open[0] ?? high;
  const highest = open.at(-1) ?? high;
  if (lowest - low > 1) return (low + lowest) >> 1;
  return high - highest > 1 ? (highest + high) >> 1 : null;
}

/** Adds blocks to a visit until it decides: null asks for one more. A short visit is one block. */
export function decideVisit(blocks: readonly Block[], short: boolean, rules: TrialRules): Decision | null {
  if (!short) return decide(blocks, rules);
  const [block] = blocks;
  if (block === undefined) return null;
  return !block.overloaded && block.good >= rules.good * block.requests ? 'pass' : 'fail';
}
