/** A mark on an axis. */
export interface Tick {
  /** Position in drawing units. */
  readonly at: number;
  readonly value: number;
  /** One of those that a narrow screen keeps the label of. */
  readonly major: boolean;
}

/** Values to positions along an axis. */
export interface Scale {
  at(value: number): number;
  readonly ticks: readonly Tick[];
}

export type ScaleKind =
  | 'linear'
  | 'log'
  /** Shares of 0 to 1 by 1 ÷ (1 − share), logarithmic: 0 %, 90 %, 99 %, 99.9 % are equally far apart. */
  | 'tail';

/** @param domain lowest and highest value; @param range positions of these two, either may be the greater */
export function makeScale(
  kind: ScaleKind,
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  switch (kind) {
    case 'linear':
      return linear(domain, range);
    case 'log':
      return log(domain, range);
    case 'tail':
      return tail(domain, range);
  }
}

/** The domain of some values with nice ends, so that marks do not stick to the frame. */
export function niceDomain(kind: 'linear' | 'log', values: readonly number[]): readonly [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && (kind === 'linear' || value > 0));
  if (finite.length === 0) return kind === 'linear' ? [0, 1] : [1, 10];
  const low = finite.reduce((a, b) => Math.min(a, b));
  const high = finite.reduce((a, b) => Math.max(a, b));
  if (kind === 'log') return [logFloor(low), Math.max(logCeil(high), 2 * logFloor(low))];
  const step = stepOf(Math.min(0, low), Math.max(high, low + 1e-9));
  return [Math.min(0, Math.floor(low / step) * step), Math.max(Math.ceil(high / step) * step, step)];
}

const ROUND = [1, 2, 5, 10] as const;
const FINE = [1, 1.5, 2, 3, 4, 5, 6, 8, 10] as const;

function logFloor(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (FINE.findLast((r) => r * decade <= value * 1.000001) ?? 1);
}

function logCeil(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  return decade * (FINE.find((r) => r * decade >= value * 0.999999) ?? 10);
}

/** The distance of ticks: 1, 2 or 5 × 10ⁿ, four to eight of them. */
function stepOf(low: number, high: number): number {
  const rough = (high - low) / 5;
  const decade = 10 ** Math.floor(Math.log10(rough));
  return decade * (ROUND.find((r) => r * decade >= rough * 0.999999) ?? 10);
}

function linear([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const at = (value: number): number => from + ((value - low) / (high - low || 1)) * (to - from);
  const step = stepOf(low, high);
  const ticks: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) {
    const value = Number((i * step).toPrecision(12));
    ticks.push({ at: at(value), value, major: i % 2 === 0 });
  }
  return { at, ticks };
}

function log([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const span = Math.log(high / low) || 1;
  const at = (value: number): number => from + (Math.log(Math.max(value, low) / low) / span) * (to - from);
  const decades = Math.log10(high / low);
  const wanted = decades > 3 ? [1] : decades > 1.5 ? [1, 3] : decades > 0.8 ? [1, 2, 5] : FINE.slice(0, -1);
  const ticks: Tick[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(low)); decade <= high; decade *= 10) {
    for (const r of wanted) {
      const value = Number((decade * r).toPrecision(12));
      if (value < low * 0.999999 || value > high * 1.000001) continue;
      ticks.push({ at: at(value), value, major: r === 1 || (decades < 1.5 && (r === 2 || r === 5)) });
    }
  }
  return { at, ticks };
}

function tail([, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const span = Math.log10(1 / (1 - high)) || 1;
  const at = (share: number): number => {
    const nines = Math.log10(1 / (1 - Math.min(share, high)));
    return from + (nines / span) * (to - from);
  };
  const shares = [0, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.99999].filter(
    (share) => share <= high + 1e-12,
  );
  return { at, ticks: shares.map((value) => ({ at: at(value), value, major: TAIL_MAJOR.has(value) })) };
}

const TAIL_MAJOR: ReadonlySet<number> = new Set([0, 0.9, 0.99, 0.999, 0.9999, 0.99999]);
