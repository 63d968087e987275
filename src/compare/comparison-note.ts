import type { InvalidReason, Note } from '../model/note.ts';
import type { Cell, RunOrigin, SendSettings } from '../model/run.ts';
import type { ComparedKey } from './compared-metrics.ts';
import type { Arm } from './session/arm-run.ts';
import type { Invalidity } from './session/invalidity.ts';
import type { SettingDifference } from './setting-differences.ts';
import type { CountedBy } from './token-counting.ts';

/** Where a run ends: after this many requests, after this time, or (both null) with the tape. */
export type Extent = Pick<SendSettings, 'requests' | 'durationUs'>;

/** Why runs made apart may not be compared, unless the user accepts it by name. */
export interface ComparisonObstacles {
  /** The sides were not asked the same. */
  settings: { readonly differences: readonly SettingDifference[] };
  /** Hit rates of the prefix cache, 0 to 1: means over the runs of a side. */
  cache: { readonly before: number; readonly after: number; readonly limit: number };
}

export type ComparisonObstacle = Note<ComparisonObstacles>;

/** What `compare --accept` takes. */
export const OBSTACLES: readonly ComparisonObstacle['kind'][] = ['settings', 'cache'];

/** What a reader of a comparison must know beside its figures. Ratios are after ÷ before, candidate ÷ baseline. */
export interface ComparisonNotes {
  runLeftOut: { readonly run: number; readonly reasons: readonly InvalidReason[] };
  /** What forbids a verdict here. */
  obstacle: { readonly obstacle: ComparisonObstacle };
  /** The same, and the user had said that it does not matter. */
  obstacleAccepted: { readonly obstacle: ComparisonObstacle };
  /** Mean output tokens of a response; `pinned` when both sides asked for the recorded lengths; `imported` of results of another tool. */
  lengthsDiffer: {
    readonly before: number;
    readonly after: number;
    readonly pinned: boolean;
    readonly imported?: true;
  };
  /** A side's server did not keep the lengths that it was asked for: output tokens, in sum. */
  lengthsNotKept: { readonly side: 'before' | 'after'; readonly asked: number; readonly generated: number };
  /** Tokens of the sides were counted in different ways, so figures made of them say nothing. */
  countedApart: { readonly before: CountedBy; readonly after: CountedBy };
  /** Tokens were counted by stream events, of which a response had different numbers. */
  eventsDiffer: { readonly before: number; readonly after: number };
  /** Runs of the sides end at different bounds, so their throughput is that of other requests. */
  extentsDiffer: { readonly before: Extent; readonly after: Extent };
  /** Runs of the first side, repeated at the end, are outside of the prediction interval of its first runs. */
  machineDrifted: {
    readonly metric: ComparedKey;
    readonly ratio: number;
    readonly low: number;
    readonly high: number;
  };
  /** All runs of one side were made before those of the other. */
  madeApart: { readonly before: string; readonly after: string; readonly repeated: boolean };
  /** The runs are results of this tool, whose files do not say all that a comparison checks. */
  importedRuns: { readonly tool: RunOrigin['tool'] };
  cellNotShared: { readonly cell: Cell; readonly ran: 'before' | 'after' };
  /** A check failed, and the user had said that it does not matter. */
  accepted: { readonly finding: Invalidity };
  /** Pairs, counted from 1, with a run that is not valid; reasons are those of the first such run. */
  pairsLeftOut: {
    readonly runs: readonly { readonly pair: number; readonly arm: Arm; readonly run: number }[];
    readonly reasons: readonly InvalidReason[];
  };
  /** Pairs, counted from 1, that were made again, because the load generator had spoiled them. */
  pairsMadeAgain: { readonly pairs: readonly number[] };
  /** Pairs, counted from 1, that prove nothing: the control request of a run differs from the median of its side. */
  controlMoved: {
    readonly moved: readonly { readonly pair: number; readonly arm: Arm; readonly ratio: number }[];
    readonly limit: number;
  };
  /** The most that the control request of a run differs from the median of its side, as a share. */
  controlSteady: { readonly most: number; readonly limit: number };
  /** Pairs without a control request that was answered: they are judged without it. */
  controlMissing: { readonly pairs: readonly number[] };
  /** The declared primary metric cannot be judged in this cell. */
  primaryReplaced: { readonly declared: ComparedKey; readonly by: ComparedKey };
  /** A deciding metric that is open where the primary metric settles the cell. */
  unsettled: { readonly metric: ComparedKey; readonly low: number; readonly high: number };
  /** The session was stopped before all planned pairs were made. */
  stopped: { readonly made: number; readonly planned: number };
}

export type ComparisonNote = Note<ComparisonNotes>;
