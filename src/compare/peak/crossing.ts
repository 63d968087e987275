import { normalCdf, normalQuantile, studentQuantile } from '../statistics/distributions.ts';
import type { Visit } from './search.ts';

/** What a load's blocks say together. */
interface Row {
  readonly x: number;
  readonly share: number;
  readonly blocks: number;
}

/** Widths of the fall, in cells of the grid, and shares that stay good under any load. */
const WIDTHS = Array.from({ length: 19 }, (_, i) => 0.05 * 1.35 ** i);
const FLOORS = [0, 0.3, 0.6] as const;

/** No fitted share is nearer to 0 or 1: one odd block must not rule out a curve. */
const EDGE = 1e-4;

/** Places of the middle of the fall, in cells. */
const PLACE_STEP = 0.5;

/** The middle of a fall is looked for from this many cells below the first load that missed its share. */
const REACH = 4;

interface Fit {
  readonly crossing: number;
  readonly deviance: number;
  readonly expected: (x: number) => number;
}

/**
 * The lower confidence limit, in cells of the grid, of the load at which the mean share crosses `good`. Near the edge few
 * blocks go wrong, too few to be seen in a visit; loads above it, where they are frequent, say how wide the fall is. A
 * fall of probit shape to a floor is fitted to the blocks' mean shares by quasi-likelihood (McCullagh and Nelder 1989,
 * chapter 9), its dispersion taken from the spread of the blocks; the limit is that of the profile.
 * @returns null where no block was below `good`: nothing falls
 */
export function lowerCrossing(visits: readonly Visit[], good: number, level: number): number | null {
  const points = visits.flatMap(({ index, blocks }) =>
    blocks.map((block) => ({ x: index, share: block.good / block.requests, requests: block.requests })),
  );
  if (points.every(({ share }) => share >= good)) return null;
  const fits = allFits(rowsOf(points), good);
  const best = fits.reduce((a, b) => (b.deviance < a.deviance ? b : a));
  const df = Math.max(1, points.length - 3);
  const pearson = points.reduce((sum, { x, share }) => {
    const mean = clamp(best.expected(x), 10 * EDGE);
    return sum + (share - mean) ** 2 / (mean * (1 - mean));
  }, 0);
  const binomial = 1 / Math.max(...points.map(({ requests }) => requests));
  const cut = best.deviance + studentQuantile(level, df) ** 2 * Math.max(pearson / df, binomial);
  return Math.min(...fits.filter(({ deviance }) => deviance <= cut).map(({ crossing }) => crossing));
}

function rowsOf(points: readonly { readonly x: number; readonly share: number }[]): readonly Row[] {
  return [...Map.groupBy(points, ({ x }) => x)].map(([x, group]) => ({
    x,
    share: group.reduce((sum, { share }) => sum + share, 0) / group.length,
    blocks: group.length,
  }));
}

function allFits(rows: readonly Row[], good: number): readonly Fit[] {
  const first = Math.min(...rows.filter(({ share }) => share < good).map(({ x }) => x)) - REACH;
  const last = Math.max(...rows.map(({ x }) => x)) + 1;
  const fits: Fit[] = [];
  for (const floor of FLOORS.filter((floor) => floor < good)) {
    const reach = normalQuantile((good - floor) / (1 - floor));
    for (const width of WIDTHS) {
      for (let place = first; place <= last; place += PLACE_STEP) {
        const expected = (x: number): number => floor + (1 - floor) * normalCdf((place - x) / width);
        const deviance = rows.reduce((sum, row) => sum + devianceOf(row, clamp(expected(row.x), EDGE)), 0);
        fits.push({ crossing: place - reach * width, deviance, expected });
      }
    }
  }
  return fits;
}

/** Twice the binomial log-likelihood lost against a perfect fit, one trial a block. */
function devianceOf({ share, blocks }: Row, mean: number): number {
  const part = (p: number, q: number): number => (p === 0 ? 0 : p * Math.log(p / q));
  return 2 * blocks * (part(share, mean) + part(1 - share, 1 - mean));
}

function clamp(share: number, edge: number): number {
  return Math.min(1 - edge, Math.max(edge, share));
}
