/** One question for the other side's clock, microseconds: ours before and after, theirs in between. */
export interface ClockSample {
  readonly sentUs: number;
  readonly theirUs: number;
  readonly receivedUs: number;
}

export interface ClockOffset {
  /** Our clock minus theirs, microseconds. */
  readonly offsetUs: number;
  /** The offset is not further off than this: half of the round trip. */
  readonly uncertaintyUs: number;
}

/** Questions for one offset: the first one pays for a cold path, and the shortest of a few has met no queue. */
export const CLOCK_SAMPLES = 16;

/**
 * The offset that the sample of the shortest round trip gives: theirs was read in the middle of it, give or take half of it
 * (the rule of NTP's clock filter, RFC 5905, section 10).
 * @throws RangeError without a sample
 */
export function clockOffset(samples: readonly ClockSample[]): ClockOffset {
  const offsets = samples.map(({ sentUs, theirUs, receivedUs }) => ({
    offsetUs: (sentUs + receivedUs) / 2 - theirUs,
    uncertaintyUs: (receivedUs - sentUs) / 2,
  }));
  const [first] = offsets;
  if (first === undefined) throw new RangeError('there is no sample of the clock');
  return offsets.reduce((best, one) => (one.uncertaintyUs < best.uncertaintyUs ? one : best), first);
}
