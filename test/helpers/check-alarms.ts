import type { ArmRun, CellPairs, Pair } from '../../src/compare/session/arm-run.ts';
import { checkControl } from '../../src/compare/session/control.ts';
import { judgeSession, type PairedComparison } from '../../src/compare/session/judge-session.ts';
import { createRandom, type Random } from '../../src/model/random.ts';
import { RULES } from './sample-pairs.ts';
import { type SessionOptions, virtualPairs } from './virtual-session.ts';

/** How often each check speaks up, as shares of sessions. */
export interface Alarms {
  /** Forbids the verdict: the level of both sides, or the difference between them. */
  readonly drift: number;
  readonly slot: number;
  readonly cache: number;
  /** A pair is left out. */
  readonly control: number;
  /** `aa` calls its noise unsound. */
  readonly noise: number;
  /** A pair of the primary metric is named, and nothing is forbidden. */
  readonly outlier: number;
  /** Drift or slot, at any of the interim analyses. */
  readonly anyOrder: number;
}

/** A run's hit rate of the prefix cache: one request of 200 more or less. */
const HIT_RATE = { mean: 0.3, sd: 0.005 } as const;

/**
 * Plays sessions of one server with itself, and judges each as `aa` would; what `--control` would leave out is counted, and kept.
 * @param looks pairs at which each session is judged, rising
 */
export function alarmsOf(
  sessions: number,
  seed: number,
  options: Omit<SessionOptions, 'pairs'>,
  looks: readonly number[],
): Alarms {
  const random = createRandom(seed);
  const alarms = { drift: 0, slot: 0, cache: 0, control: 0, noise: 0, outlier: 0, anyOrder: 0 };
  for (let i = 0; i < sessions; i++) {
    const cell = withHitRates(
      random,
      virtualPairs(random, { ...options, pairs: looks.at(-1) ?? 0, control: true }),
    );
    const judged = looks.map((at) => {
      const cells = [{ ...cell, pairs: cell.pairs.slice(0, at) }];
      return judgeSession(
        { baseline: 'a', candidate: 'b' },
        { cells, ended: at === looks.at(-1) },
        { ...RULES, looks, sameServer: true },
      );
    });
    const last = alarmsIn(judged.at(-1));
    for (const name of Object.keys(last) as (keyof typeof last)[])
      if (last[name]) alarms[name] += 1 / sessions;
    if (checkControl(cell.pairs).moved.size > 0) alarms.control += 1 / sessions;
    const ordered = judged.map(alarmsIn).some(({ drift, slot }) => drift || slot);
    if (ordered) alarms.anyOrder += 1 / sessions;
  }
  return alarms;
}

function alarmsIn(session: PairedComparison | undefined) {
  const [cell] = session?.cells ?? [];
  const forbids = (check: string): boolean => cell?.invalid.some(({ kind }) => kind === check) === true;
  return {
    drift: forbids('drift'),
    slot: forbids('slot'),
    cache: forbids('cache'),
    noise: session?.noise?.sound === false,
    outlier: (cell?.metrics.tpot?.outlyingPairs.length ?? 0) > 0,
  };
}

function withHitRates(random: Random, cell: CellPairs): CellPairs {
  const rated = (run: ArmRun): ArmRun => ({
    ...run,
    server: {
      prefixCacheHitRate: random.gaussian(HIT_RATE.mean, HIT_RATE.sd),
      queueMs: null,
      prefillMs: null,
      kvCachePeak: null,
      preemptions: null,
      iterationTokens: null,
    },
  });
  const ofPair = ({ baseline, candidate, ...pair }: Pair): Pair => ({
    ...pair,
    baseline: rated(baseline),
    candidate: rated(candidate),
  });
  return { ...cell, pairs: cell.pairs.map(ofPair) };
}
