import { dueLook } from '../../src/compare/session/session-plan.ts';
import {
  type Difference,
  differenceOfRuns,
  interval,
  pairedDifference,
  pValue,
  type Side,
} from '../../src/compare/statistics/difference.ts';
import { holmRejects } from '../../src/compare/statistics/error-control.ts';
import { createRandom, type Random } from '../../src/model/random.ts';

/** Simulations that need no requests: a pair is one number, drawn from a normal distribution. All return shares of sessions. */

const ALPHA = 0.05;

function share(sessions: number, seed: number, alarm: (random: Random) => boolean): number {
  const random = createRandom(seed);
  let alarms = 0;
  for (let i = 0; i < sessions; i++) if (alarm(random)) alarms += 1;
  return alarms / sessions;
}

const differs = (perPair: readonly number[], alpha: number): boolean =>
  pValue(pairedDifference(perPair)) < alpha;

/** Sessions of equal servers that stop at the first look which calls them different. */
export function falseAlarmsOfLooks(looks: readonly number[], sessions: number, seed: number): number {
  return share(sessions, seed, (random) => {
    const perPair = Array.from({ length: looks.at(-1) ?? 0 }, () => random.gaussian(0, 1));
    return perPair.some((_, i) => {
      const look = dueLook(looks, i + 1, false, ALPHA);
      return look !== null && differs(perPair.slice(0, look.pairs), look.alpha);
    });
  });
}

/** Sessions that are looked at after every pair from the third on, as if each look were the only one. */
export function falseAlarmsOfPeeking(pairs: number, sessions: number, seed: number): number {
  return share(sessions, seed, (random) => {
    const perPair = Array.from({ length: pairs }, () => random.gaussian(0, 1));
    return perPair.some((_, i) => i >= 2 && differs(perPair.slice(0, i + 1), ALPHA));
  });
}

/**
 * Sessions of equal servers on a machine that becomes slower by `drift` (a logarithm) from the first run to the last.
 * @param places of each pair's baseline and candidate run in the order of the session
 */
export function falseAlarmsUnderDrift(
  places: readonly (readonly [number, number])[],
  drift: number,
  sd: number,
  sessions: number,
  seed: number,
): number {
  const last = 2 * places.length - 1;
  return share(sessions, seed, (random) =>
    differs(
      places.map(([baseline, candidate]) => ((candidate - baseline) * drift) / last + random.gaussian(0, sd)),
      ALPHA,
    ),
  );
}

/** Sessions of equal servers of six pairs where one run in twenty is a fifth slower: a neighbour's job, a stalled disk. */
export function falseAlarmsOfStrayRuns(sd: number, sessions: number, seed: number): number {
  return share(sessions, seed, (random) => {
    const stray = (): number => (random.uniform(0, 1) < 0.05 ? Math.log(1.2) : 0);
    const perPair = Array.from({ length: 6 }, () => stray() - stray() + random.gaussian(0, sd));
    return differs(perPair, ALPHA);
  });
}

/** Sessions of equal servers in which any of several metrics is called different; `shared` is their correlation. */
export function familyErrors(
  metrics: number,
  shared: number,
  sessions: number,
  seed: number,
): { readonly holm: number; readonly uncorrected: number } {
  let uncorrected = 0;
  const holm = share(sessions, seed, (random) => {
    const common = Array.from({ length: 6 }, () => random.gaussian(0, Math.sqrt(shared)));
    const ps = Array.from({ length: metrics }, () =>
      pValue(pairedDifference(common.map((x) => x + random.gaussian(0, Math.sqrt(1 - shared))))),
    );
    if (ps.some((p) => p < ALPHA)) uncorrected += 1;
    return holmRejects(ps, ALPHA).includes(true);
  });
  return { holm, uncorrected: uncorrected / sessions };
}

/** Noise of runs in the order of time, its standard deviation being 1. */
export interface RunNoise {
  /** Student's t with three degrees of freedom instead of a normal distribution. */
  readonly heavy?: boolean;
  /** Of a run with the one before it. */
  readonly correlation?: number;
  /** What the second run of a pair, or the first of a side, adds. */
  readonly bias?: number;
}

/** Runs in the order of time. */
export function noisyRuns(
  random: Random,
  n: number,
  { heavy = false, correlation = 0 }: RunNoise,
): readonly number[] {
  const shock = (): number => {
    const z = random.gaussian(0, 1);
    return heavy ? z / Math.sqrt([1, 2, 3].reduce((sum) => sum + random.gaussian(0, 1) ** 2, 0)) : z;
  };
  let state = shock();
  return Array.from({ length: n }, () => {
    const now = state;
    state = correlation * state + Math.sqrt(1 - correlation ** 2) * shock();
    return now;
  });
}

/** Shares of sessions whose 95 % interval covers no change, by design: n pairs, or n runs a side. */
export interface Coverage {
  /** A B B A. */
  readonly pairs: number;
  /** All of one side, then all of the other. */
  readonly apart: number;
  /** A B A B, but each run is a replicate. */
  readonly alternating: number;
}

export function coverageOf(noise: RunNoise, n: number, sessions: number, seed: number): Coverage {
  const { bias = 0 } = noise;
  const sides = (of: (i: number) => Side) => Array.from({ length: 2 * n }, (_, i) => of(i));
  const apart = sides((i) => (i < n ? 'before' : 'after'));
  const alternating = sides((i) => (i % 2 === 0 ? 'before' : 'after'));
  const ofRuns = (runs: readonly number[], order: readonly Side[]): Difference => {
    const of = (side: Side) => runs.filter((_, i) => order[i] === side);
    return differenceOfRuns(of('before'), of('after'), order);
  };
  const covers = (of: (random: Random) => Difference): number =>
    share(sessions, seed, (random) => {
      const [low, high] = interval(of(random), 0.95);
      return low <= 0 && high >= 0;
    });
  return {
    pairs: covers((random) => {
      const runs = noisyRuns(random, 2 * n, noise).map((x, i) => x + (i % 2) * bias);
      const perPair = Array.from({ length: n }, (_, k) => (runs[2 * k + 1] ?? 0) - (runs[2 * k] ?? 0));
      return pairedDifference(perPair.map((d, k) => (k % 2 === 0 ? d : -d)));
    }),
    apart: covers((random) => {
      const runs = noisyRuns(random, 2 * n, noise).map((x, i) => x + (i % n === 0 ? bias : 0));
      return ofRuns(runs, apart);
    }),
    alternating: covers((random) => ofRuns(noisyRuns(random, 2 * n, noise), alternating)),
  };
}
