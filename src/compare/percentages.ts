/** A share as people read it: `4.8 %`; a fall has a minus sign. */
export function percent(share: number, digits = 1): string {
  const amount = Math.abs(share * 100).toFixed(digits);
  return `${share < 0 && Number(amount) !== 0 ? '−' : ''}${amount} %`;
}

/** A ratio as a change with its sign: `+4.8 %`. */
export function change(ratio: number): string {
  return ratio < 1 ? percent(ratio - 1) : `+${percent(ratio - 1)}`;
}

/** Two shares as a range: `−0.8 to 1.1 %`. */
export function percentRange(low: number, high: number): string {
  return `${percent(low).replace(' %', '')} to ${percent(high)}`;
}

/** A share without needless digits: `3 %`, `0.5 %`. */
export function shortPercent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
