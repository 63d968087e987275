import type { Note } from '../../model/note.ts';
import { lowerCrossing } from './crossing.ts';
import { fallingFit } from './isotonic.ts';
import {
  type Bracket,
  bracketOf,
  decisionsByLoad,
  type LoadDecision,
  type SearchRules,
  type Visit,
} from './search.ts';
import { goodputOf } from './trial.ts';

/** How a search ended. `open`: it was stopped before both ends were settled. */
export type PeakOutcome = 'found' | 'none' | 'all' | 'open' | 'client';

/** Why a search was stopped. */
export type PeakStop = 'time' | 'visits' | 'interrupt' | 'client' | 'server';

/** What a reader of the answer must know. Loads are on the search's axis. */
export interface PeakNotes {
  /** Its blocks were used up; it lies inside the answer. */
  undecided: { readonly load: number; readonly goodput: number };
  /** It passed once and failed once: the server was not the same throughout. */
  drift: { readonly load: number };
  /** A load passed, twice, above one that failed twice. */
  notMonotone: { readonly failed: number; readonly passed: number };
  /** Loads up to `tested` passed; `passes` is lower, since blocks that rarely fail are seen too rarely at the edge. */
  edge: { readonly tested: number; readonly passes: number };
  /** An end that a single visit tested. */
  unconfirmed: { readonly load: number };
  stopped: { readonly by: PeakStop };
}

export type PeakNote = Note<PeakNotes>;

/** What all blocks at one load found. */
export interface PeakLoad {
  readonly load: number;
  /** Good share of each block, in order of time. */
  readonly blocks: readonly number[];
  /** The falling curve through all loads (isotonic). */
  readonly goodput: number;
  /** The interval of this load's blocks alone, at the search's confidence; null for a single block. */
  readonly low: number | null;
  readonly high: number | null;
  /** `hint`: only the ramp's single block was sent. */
  readonly decision: LoadDecision | 'hint';
}

/** The answer: the peak lies in [passes, fails). */
export interface PeakAnswer {
  readonly outcome: PeakOutcome;
  /** The highest load that keeps the limits, with confidence; null where none does. */
  readonly passes: number | null;
  /** The lowest load that exceeds them, with confidence; null where none does. */
  readonly fails: number | null;
  /** Rising. */
  readonly loads: readonly PeakLoad[];
  readonly notes: readonly PeakNote[];
}

/**
 * The answer that the visits support, at any moment. Its upper end is the lowest load that failed. Its lower end is one cell
 * below the highest load that passed, or lower where the width of the fall says so: simulated searches were wrong at that
 * edge, and only there (docs/peak.md).
 * @param confidence of the whole answer, e.g. 0.95
 * @param stopped why the search ended early, or null
 */
export function peakAnswer(
  visits: readonly Visit[],
  rules: SearchRules,
  confidence: number,
  stopped: PeakStop | null,
): PeakAnswer {
  const { loads } = rules;
  const usedUp = visits.filter(({ short }) => !short).length >= rules.visits;
  const stop = stopped ?? (usedUp ? 'visits' : null);
  const at = (index: number): number | null => loads[index] ?? null;
  const bracket = bracketOf(visits, loads.length);
  const lower = lowerEnd(visits, bracket, rules, confidence);
  return {
    outcome: outcomeOf(bracket, visits, rules, stop),
    passes: lower < 0 ? null : at(lower),
    fails: at(bracket.fails),
    loads: loadsOf(visits, rules, confidence),
    notes: [
      ...(stop === null ? [] : [{ kind: 'stopped' as const, by: stop }]),
      ...edgeNote(at(bracket.passes), at(lower)),
      ...loadNotes(visits, bracket, rules),
    ],
  };
}

/** All loads passing leaves nothing to be wrong about; the lowest load of the grid has nothing below it. */
function lowerEnd(
  visits: readonly Visit[],
  { passes, fails }: Bracket,
  { loads, trial }: SearchRules,
  confidence: number,
): number {
  if (passes < 0 || fails === loads.length) return passes;
  const limit = lowerCrossing(visits, trial.good, (1 + confidence) / 2) ?? passes;
  return Math.max(0, Math.min(passes, Math.floor(limit)) - 1);
}

function outcomeOf(
  { passes, fails }: Bracket,
  visits: readonly Visit[],
  { loads }: SearchRules,
  stop: PeakStop | null,
): PeakOutcome {
  if (stop === 'client') return 'client';
  if (fails === 0) return 'none';
  if (passes === loads.length - 1) return 'all';
  const confirmed = [passes, fails].every((end) => timesAt(visits, end) > 1);
  return passes >= 0 && fails < loads.length && confirmed ? 'found' : 'open';
}

function timesAt(visits: readonly Visit[], index: number): number {
  return visits.filter((visit) => visit.index === index && !visit.short).length;
}

function edgeNote(tested: number | null, passes: number | null): readonly PeakNote[] {
  return tested === null || passes === null || tested === passes ? [] : [{ kind: 'edge', tested, passes }];
}

function loadNotes(
  visits: readonly Visit[],
  { passes, fails }: Bracket,
  { loads }: SearchRules,
): readonly PeakNote[] {
  const decided = [...decisionsByLoad(visits)].toSorted(([a], [b]) => a - b);
  const load = (index: number): number => loads[index] ?? Number.NaN;
  const failed = decided.find(([, decision]) => decision === 'fail')?.[0];
  const passed = decided.findLast(([, decision]) => decision === 'pass')?.[0];
  const notes: PeakNote[] = decided.flatMap(([index, decision]): PeakNote[] => {
    if (decision === 'mixed') return [{ kind: 'drift', load: load(index) }];
    if (decision !== 'undecided') return [];
    return [{ kind: 'undecided', load: load(index), goodput: shareAt(visits, index) }];
  });
  if (failed !== undefined && passed !== undefined && passed > failed)
    notes.push({ kind: 'notMonotone', failed: load(failed), passed: load(passed) });
  const once = [passes, fails].filter((end) => loads[end] !== undefined && timesAt(visits, end) === 1);
  return [...notes, ...once.map((index): PeakNote => ({ kind: 'unconfirmed', load: load(index) }))];
}

function shareAt(visits: readonly Visit[], index: number): number {
  const blocks = visits
    .filter((visit) => visit.index === index && !visit.short)
    .flatMap(({ blocks }) => blocks);
  return blocks.reduce((sum, block) => sum + block.good / block.requests, 0) / blocks.length;
}

function loadsOf(
  visits: readonly Visit[],
  { loads, trial }: SearchRules,
  confidence: number,
): readonly PeakLoad[] {
  const decided = decisionsByLoad(visits);
  const visited = [...Map.groupBy(visits, ({ index }) => index)].toSorted(([a], [b]) => a - b);
  const rows = visited.map(([index, group]) => {
    const blocks = group.flatMap((visit) => visit.blocks);
    return { index, blocks, found: goodputOf(blocks, trial.good, (1 - confidence) / 2) };
  });
  const curve = fallingFit(rows.map(({ blocks, found }) => ({ value: found.mean, weight: blocks.length })));
  return rows.map(({ index, blocks, found }, i) => ({
    load: loads[index] ?? Number.NaN,
    blocks: blocks.map((block) => block.good / block.requests),
    goodput: curve[i] ?? found.mean,
    low: blocks.length > 1 ? found.low : null,
    high: blocks.length > 1 ? found.high : null,
    decision: decided.get(index) ?? 'hint',
  }));
}
