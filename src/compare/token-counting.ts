import { OUTPUT_LENGTH } from '../measure/metric-table.ts';
import { keptLengths } from '../measure/run-counts.ts';
import type { RunSummary } from '../measure/run-summary.ts';

/** How the tokens of a side were counted: by the server's usage, by stream events, or some each way. */
export type CountedBy = 'usage' | 'events' | 'both';

/** What says how a run's tokens were counted. */
export type CountedRun = Pick<RunSummary, 'tokenSources' | 'pinnedTokens' | typeof OUTPUT_LENGTH>;

/** Mean output tokens of the two sides may differ by this share before their answers count as of unequal length. */
const LENGTH_TOLERANCE = 0.005;

/** Shares of requests that may be counted in the other way. */
const SHARE_TOLERANCE = 0.01;

/** Why figures that are made of token counts may not be judged. */
export type CountingDifference =
  | { readonly kind: 'countedApart'; readonly before: CountedBy; readonly after: CountedBy }
  /** Mean events of a response: an event may carry several tokens, so it is unknown which side wrote more. */
  | { readonly kind: 'eventsDiffer'; readonly before: number; readonly after: number };

/** A side whose server did not keep the lengths that it was asked for. */
export interface LengthsNotKept {
  readonly kind: 'lengthsNotKept';
  readonly side: 'before' | 'after';
  readonly asked: number;
  readonly generated: number;
}

export function lengthsNotKept(
  before: readonly CountedRun[],
  after: readonly CountedRun[],
): readonly LengthsNotKept[] {
  return (['before', 'after'] as const).flatMap((side) => {
    const tokens = (side === 'before' ? before : after).map(({ pinnedTokens }) => pinnedTokens);
    const asked = tokens.reduce((sum, pinned) => sum + pinned.asked, 0);
    const generated = tokens.reduce((sum, pinned) => sum + pinned.generated, 0);
    return keptLengths({ asked, generated }) ? [] : [{ kind: 'lengthsNotKept', side, asked, generated }];
  });
}

/** Null where both sides were counted alike, and where a side counted nothing. */
export function countingDifference(
  before: readonly CountedRun[],
  after: readonly CountedRun[],
): CountingDifference | null {
  const [a, b] = [usageShare(before), usageShare(after)];
  if (a === null || b === null) return null;
  if (Math.abs(a - b) > SHARE_TOLERANCE) {
    return { kind: 'countedApart', before: countedBy(a), after: countedBy(b) };
  }
  const [eventsBefore, eventsAfter] = [meanTokens(before), meanTokens(after)];
  if (countedBy(a) === 'usage' || eventsBefore === null || eventsAfter === null) return null;
  if (!lengthsDiffer(eventsBefore, eventsAfter)) return null;
  return { kind: 'eventsDiffer', before: eventsBefore, after: eventsAfter };
}

export function lengthsDiffer(before: number, after: number): boolean {
  return Math.abs(after / before - 1) > LENGTH_TOLERANCE;
}

/** Output tokens of a response at the positions that runs have in common; null when no run knows. */
export function meanTokens(runs: readonly CountedRun[]): number | null {
  let [tokens, responses] = [0, 0];
  for (const {
    [OUTPUT_LENGTH]: { mean, count },
  } of runs) {
    tokens += (mean ?? 0) * count;
    responses += count;
  }
  return tokens === 0 ? null : tokens / responses;
}

function usageShare(runs: readonly CountedRun[]): number | null {
  let [usage, events] = [0, 0];
  for (const { tokenSources } of runs) {
    usage += (tokenSources.usage ?? 0) + (tokenSources.continuous_usage ?? 0);
    events += tokenSources.chunks ?? 0;
  }
  return usage + events === 0 ? null : usage / (usage + events);
}

function countedBy(usageShare: number): CountedBy {
  if (usageShare >= 1 - SHARE_TOLERANCE) return 'usage';
  return usageShare <= SHARE_TOLERANCE ? 'events' : 'both';
}
