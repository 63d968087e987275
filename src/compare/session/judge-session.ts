import type { Comparison } from '../compare-runs.ts';
import type { Margins, PrimaryKey } from '../compared-metrics.ts';
import { overCells } from '../comparison.ts';
import { gatingFamily, judgeCells, verdictOfCells } from '../judge.ts';
import { type ServerDifference, serverDifferences } from '../servers/server-differences.ts';
import type { CellPairs, Pair } from './arm-run.ts';
import type { Invalidity } from './invalidity.ts';
import { measureCell } from './measure-cell.ts';
import { checkNoise, type NoiseCheck } from './noise-check.ts';
import { type PairedCell, pairedCell } from './paired-cell.ts';
import { descriptionOf, modelChecks, restartChecks } from './server-checks.ts';
import { concludeSession, type SessionConclusion } from './session-conclusion.ts';
import { dueLook, type Look, type SessionRules } from './session-plan.ts';

/** A whole session of pairs: what `ab --json` prints, with a sentence beside each note. */
export interface PairedComparison extends Omit<Comparison, 'conclusion'> {
  readonly conclusion: SessionConclusion;
  readonly cells: readonly PairedCell[];
  /** The metric that the session was declared to be about. */
  readonly primary: PrimaryKey;
  readonly margins: Margins;
  /** Null when no look is due: the figures are an estimate then and no verdict. */
  readonly look: Look | null;
  /** Of the intervals: 0.95, or 1 - alpha at a look of a sequential session. */
  readonly level: number;
  /** Whether the noise can be relied on; null where the arms are two. */
  readonly noise: NoiseCheck | null;
  /** What differs between the servers as they describe themselves. */
  readonly changes: readonly ServerDifference[];
}

/** Chance of even one false alarm in a session. */
const SESSION_ALPHA = 0.05;

/** What a session has made so far. */
export interface SessionSoFar {
  readonly cells: readonly CellPairs[];
  /** No more pairs will come: all that were planned are made. */
  readonly ended: boolean;
}

/**
 * Judges a session of pairs. The pair is the replicate; all gating metrics of all cells are one family, in which Holm's
 * procedure decides what differs. Between looks the figures are an estimate and the verdict is `inconclusive`.
 */
export function judgeSession(
  names: { readonly baseline: string; readonly candidate: string },
  { cells, ended }: SessionSoFar,
  rules: SessionRules,
): PairedComparison {
  const { changes, found } = serversOf(cells, rules);
  const accepted = ({ kind }: Invalidity): boolean => rules.accepted.includes(kind);
  const invalid = found.filter((one) => !accepted(one));
  const measured = cells
    .map((cell) => measureCell(cell, changes, rules, ended))
    .map((cell) => ({ ...cell, invalid: [...invalid, ...cell.invalid] }));
  const look = dueLook(
    rules.looks,
    Math.min(...measured.map(({ valid }) => valid.length)),
    ended,
    SESSION_ALPHA,
  );
  const alpha = look?.alpha ?? SESSION_ALPHA;
  const { margins, primary } = rules;
  const verdicts = judgeCells(measured, look && { alpha, margins });
  const level = 1 - alpha;
  const alphaEach = alpha / Math.max(1, gatingFamily(measured).length);
  const judged = measured.map((cell) => pairedCell(cell, { verdicts, margins, level, alphaEach }));
  const sides = { before: names.baseline, after: names.candidate };
  const verdict = verdictOfCells(judged.map((cell) => cell.verdict));
  const figures = measured.flatMap(({ metrics }) =>
    metrics.map((metric) => ({ measured: metric, verdict: verdicts.get(metric) ?? 'inconclusive' })),
  );
  // In the order of the JSON document.
  return {
    verdict,
    conclusion: concludeSession(sides, { verdict, cells: judged, margins, level, atLook: look !== null }),
    ...sides,
    primary,
    margins,
    look,
    level,
    noise: rules.sameServer ? checkNoise(measured) : null,
    changes,
    metrics: overCells(figures, level),
    cells: judged,
    notes: found.filter(accepted).map((finding) => ({ kind: 'accepted', finding })),
  };
}

/** How the servers describe themselves, over all cells. */
function serversOf(
  cells: readonly CellPairs[],
  { restartsPlanned }: SessionRules,
): { readonly changes: readonly ServerDifference[]; readonly found: readonly Invalidity[] } {
  const pairs = cells.flatMap((cell) => cell.pairs).sort((a, b) => firstRun(a) - firstRun(b));
  const baseline = descriptionOf(pairs.map((pair) => pair.baseline));
  const candidate = descriptionOf(pairs.map((pair) => pair.candidate));
  return {
    changes: serverDifferences(baseline, candidate),
    found: [...modelChecks(baseline, candidate), ...restartChecks(pairs, restartsPlanned)],
  };
}

/** Runs are numbered in the order in which they were made. */
function firstRun({ baseline, candidate }: Pair): number {
  return Math.min(baseline.summary.id, candidate.summary.id);
}
