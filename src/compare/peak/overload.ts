import { median } from '../statistics/averages.ts';

/** When a request was due and when it ended, microseconds since the run's start. */
export interface Span {
  readonly scheduledUs: number;
  readonly finishedUs: number;
}

/** Completions below this share of the arrivals mean that work piles up. */
const KEPT_UP = 0.97;

/** Fewer arrivals than these show nothing. */
const FEWEST_ARRIVALS = 50;

/**
 * Whether requests piled up in the second half of an open loop's window: fewer than 97 % as many ended as arrived, and
 * the number in flight grew by more than three standard deviations of such a count (Poisson). Where requests take longer
 * than the first half, the load had not settled and nothing can be said.
 */
export function isOverloaded(requests: readonly Span[], windowUs: number): boolean {
  const middle = windowUs / 2;
  const within = (us: number): boolean => us >= middle && us < windowUs;
  const early = requests.filter(({ scheduledUs }) => scheduledUs < middle / 2);
  const settled = median(early.map(({ scheduledUs, finishedUs }) => finishedUs - scheduledUs)) < middle / 2;
  const arrivals = requests.filter(({ scheduledUs }) => within(scheduledUs)).length;
  const ended = requests.filter(({ finishedUs }) => within(finishedUs)).length;
  return (
    settled &&
    arrivals >= FEWEST_ARRIVALS &&
    ended < KEPT_UP * arrivals &&
    arrivals - ended > 3 * Math.sqrt(arrivals)
  );
}
