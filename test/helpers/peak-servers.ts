import { doublingStride, loadGrid } from '../../src/compare/peak/load-grid.ts';
import {
  decideVisit,
  nextMove,
  type SearchRules,
  searchRules,
  type Visit,
} from '../../src/compare/peak/search.ts';
import type { Block } from '../../src/compare/peak/trial.ts';
import { normalCdf } from '../../src/compare/statistics/distributions.ts';

/** Standard normal numbers and uniform ones from one seed (mulberry32, Box and Muller). */
export interface Chance {
  readonly uniform: () => number;
  readonly normal: () => number;
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** Median latency ÷ limit of a server at a load, as a share of its capacity. */
const LATENCY = {
  /** Latency leaps at capacity: preemption, a full KV cache. */
  cliff: (load: number): number => (load < 1 ? 0.35 : 2.5),
  /** A single queue (M/M/1): latency grows as 1 ÷ (1 - load). */
  queue: (load: number): number => (load >= 0.999 ? 50 : 0.12 / (1 - load)),
  /** Latency that grows slowly with the batch. */
  slope: (load: number): number => 0.55 * load ** 0.7,
} as const satisfies Readonly<Record<string, (load: number) => number>>;

export type ServerKind = keyof typeof LATENCY;
export const SERVER_KINDS: readonly ServerKind[] = ['cliff', 'queue', 'slope'];

/** Spread of latencies within a block (lognormal). */
const WITHIN_BLOCK = 0.25;

const BLOCK_REQUESTS = 200;

/** A server of known capacity in virtual time. */
export interface PeakServer {
  readonly kind: ServerKind;
  readonly capacity: number;
  /** Standard deviation of the logarithm of its speed from block to block. */
  readonly noise: number;
  /** Share of its capacity that it has lost after 100 blocks. */
  readonly drift: number;
  /** Share of its capacity that is missing in the block after an overloaded one. */
  readonly hysteresis: number;
}

/** Share of requests within the limit in a block whose speed is `speed`. */
function shareAt(server: PeakServer, load: number, speed: number): number {
  return normalCdf(-Math.log(LATENCY[server.kind](load / (server.capacity * speed))) / WITHIN_BLOCK);
}

/** The mean share over the noise of blocks: what a search is about. */
export function trueShare(server: PeakServer, load: number, block = 0): number {
  let [sum, weights] = [0, 0];
  for (let z = -4; z <= 4; z += 0.1) {
    const weight = Math.exp((-z * z) / 2);
    sum += weight * shareAt(server, load, (1 - (server.drift * block) / 100) * Math.exp(server.noise * z));
    weights += weight;
  }
  return sum / weights;
}

/** Index of the highest load that keeps `good` of its requests good, -1 where none does. The share falls as the load rises. */
export function trueCell(server: PeakServer, loads: readonly number[], good: number, block = 0): number {
  let [low, high] = [0, loads.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (trueShare(server, loads[middle] ?? 0, block) >= good) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Serves one block after another. */
export function blocksOf(server: PeakServer, chance: Chance): (load: number) => Block {
  let served = 0;
  let tired = false;
  return (load) => {
    const slower = (1 - (server.drift * served++) / 100) * (tired ? 1 - server.hysteresis : 1);
    const share = shareAt(server, load, slower * Math.exp(server.noise * chance.normal()));
    tired = share < 0.5;
    let good = 0;
    for (let i = 0; i < BLOCK_REQUESTS; i++) if (chance.uniform() < share) good += 1;
    return { requests: BLOCK_REQUESTS, good, overloaded: false };
  };
}

export const GRID = loadGrid({ from: 1, to: 100, step: 0.05, whole: false });
const rulesFor = (servers: 1 | 2): SearchRules =>
  searchRules({ loads: GRID, stride: doublingStride(0.05), good: 0.99, confidence: 0.95, servers });
export const RULES = rulesFor(1);
export const RULES_OF_TWO = rulesFor(2);

/** Runs a whole search against `measure`. */
export function runSearch(measure: (load: number) => Block, rules: SearchRules = RULES): readonly Visit[] {
  const visits: Visit[] = [];
  for (let move = nextMove(visits, rules); move.kind === 'visit'; move = nextMove(visits, rules)) {
    const blocks: Block[] = [];
    let decision = decideVisit(blocks, move.short, rules.trial);
    while (decision === null) {
      blocks.push(measure(rules.loads[move.index] ?? Number.NaN));
      decision = decideVisit(blocks, move.short, rules.trial);
    }
    visits.push({ index: move.index, short: move.short, blocks, decision });
  }
  return visits;
}
