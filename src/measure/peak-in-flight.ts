/**
 * The most requests that were in flight at one instant. One that ends at the instant another begins is over by then;
 * one without length counts alone. 0 of none.
 * @param begins in rising order
 * @param ends as many, in rising order
 */
export function peakInFlight(begins: ArrayLike<number>, ends: ArrayLike<number>): number {
  let most = 0;
  let ended = 0;
  for (let i = 0; i < begins.length; i++) {
    while (ended < i && (ends[ended] ?? Number.POSITIVE_INFINITY) <= (begins[i] ?? 0)) ended += 1;
    most = Math.max(most, i + 1 - ended);
  }
  return most;
}
