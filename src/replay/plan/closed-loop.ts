/** Who is sent when in a closed loop: whichever connection is free takes the next position. */
export interface ClosedLoopPlan {
  /** Positions in all, null when only the clock ends the run. */
  readonly requests: number | null;
  /** Index of the exchange that position `seq` (from 0) replays, null past the end. */
  exchangeAt(seq: number): number | null;
}

/**
 * Plans a closed loop over `exchanges` recorded requests: in recorded order, over and over. It is a function of the
 * position alone, so two arms send the same sequence however fast their servers are.
 * @param requests how many positions there are, null for no end
 * @throws RangeError when there is nothing to replay
 */
export function planClosedLoop(exchanges: number, requests: number | null): ClosedLoopPlan {
  if (exchanges < 1) throw new RangeError('there is no exchange to replay');
  return {
    requests,
    exchangeAt: (seq) => (requests !== null && seq >= requests ? null : seq % exchanges),
  };
}
