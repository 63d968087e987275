/**
 * Peak searches on servers of known capacity, in virtual time: how often the true cell lies inside the answer, how wide
 * the answer is and what it costs, beside two rules that others use. `node test/bench/peak-search.ts [searches a row]`
 */
import { peakAnswer } from '../../src/compare/peak/answer.ts';
import { fallingFit } from '../../src/compare/peak/isotonic.ts';
import type { Block } from '../../src/compare/peak/trial.ts';
import {
  blocksOf,
  type Chance,
  chanceOf,
  GRID,
  type PeakServer,
  RULES,
  runSearch,
  SERVER_KINDS,
  trueCell,
} from '../helpers/peak-servers.ts';

const SEARCHES = Number(process.argv[2] ?? 100);
const GOOD = 0.99;

/** Both ends as indices of the grid, and the blocks that it took. */
interface Found {
  readonly low: number;
  readonly high: number;
  readonly blocks: number;
}

type Measure = (load: number) => Block;
type Rule = (measure: Measure, chance: Chance) => Found;

const RULES_COMPARED: Readonly<Record<string, Rule>> = {
  reprise(measure) {
    const visits = runSearch(measure);
    const { passes, fails } = peakAnswer(visits, RULES, 0.95, null);
    return {
      low: passes === null ? -1 : GRID.indexOf(passes),
      high: fails === null ? GRID.length : GRID.indexOf(fails),
      blocks: visits.reduce((sum, { blocks }) => sum + blocks.length, 0),
    };
  },
  /** One block a load, halving the whole grid; what it says is believed. */
  'plain bisection': (measure) => {
    let [low, high, blocks] = [-1, GRID.length, 0];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      blocks += 1;
      if (isGood(measure(GRID[middle] ?? 0))) low = middle;
      else high = middle;
    }
    return { low, high, blocks };
  },
  /** Three blocks a load, doubling and halving; the crossing of a falling fit, its interval from 200 draws of the blocks. */
  'isotonic bootstrap': (measure, { uniform }) => {
    const tried = new Map<number, number[]>();
    const tryAt = (index: number): boolean => {
      const shares = Array.from({ length: 3 }, () => shareOf(measure(GRID[index] ?? 0)));
      tried.set(index, [...(tried.get(index) ?? []), ...shares]);
      return shares.reduce((sum, share) => sum + share, 0) / 3 >= GOOD;
    };
    let [low, high] = [0, GRID.length - 1];
    for (let i = 0; i < GRID.length; i += 14) {
      if (tryAt(i)) low = i;
      else {
        high = i;
        break;
      }
    }
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (tryAt(middle)) low = middle;
      else high = middle;
    }
    const rows = [...tried].sort(([a], [b]) => a - b);
    const crossings = Array.from({ length: 200 }, () => {
      const fit = fallingFit(
        rows.map(([, shares]) => {
          const drawn = shares.map(() => shares[Math.floor(uniform() * shares.length)] ?? 0);
          return { value: drawn.reduce((sum, share) => sum + share, 0) / drawn.length, weight: drawn.length };
        }),
      );
      return rows[fit.findLastIndex((share) => share >= GOOD)]?.[0] ?? -1;
    }).sort((a, b) => a - b);
    const above = rows.find(([index]) => index > (crossings[194] ?? 0))?.[0] ?? GRID.length;
    return {
      low: crossings[5] ?? -1,
      high: above,
      blocks: rows.reduce((sum, [, shares]) => sum + shares.length, 0),
    };
  },
};

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function shareOf({ good, requests }: Block): number {
  return good / requests;
}

function isGood(block: Block): boolean {
  return shareOf(block) >= GOOD;
}

const CHANGES = { steady: [0, 0], drifting: [0.1, 0], tired: [0, 0.15] } as const;

print('server                     rule                inside  off by >1  width  blocks');
const totals = new Map<string, number[]>();
for (const kind of SERVER_KINDS) {
  for (const noise of [0.01, 0.03, 0.1]) {
    for (const [change, [drift, hysteresis]] of Object.entries(CHANGES)) {
      for (const [name, rule] of Object.entries(RULES_COMPARED)) {
        const sums = [0, 0, 0, 0];
        for (let seed = 1; seed <= SEARCHES; seed++) {
          const chance = chanceOf(seed * 7919);
          const server: PeakServer = {
            kind,
            noise,
            drift,
            hysteresis,
            capacity: 8 * Math.exp(2.4 * chance.uniform()),
          };
          const { low, high, blocks } = rule(blocksOf(server, chance), chance);
          const truths = [0, blocks].map((at) => trueCell(server, GRID, GOOD, at));
          const [least, most] = [Math.min(...truths), Math.max(...truths)];
          const found = [
            +(low <= most && least < high),
            +(low > most + 1 || high < least),
            high - low,
            blocks,
          ];
          found.forEach((value, i) => {
            sums[i] = (sums[i] ?? 0) + value / SEARCHES;
          });
        }
        const total = totals.get(name) ?? [0, 0, 0, 0];
        totals.set(
          name,
          total.map((value, i) => value + (sums[i] ?? 0) / 27),
        );
        print(line(`${kind}, noise ${noise * 100} %, ${change}`, name, sums));
      }
    }
  }
}
for (const [name, sums] of totals) print(line('all', name, sums));

function line(
  server: string,
  rule: string,
  [inside = 0, off = 0, width = 0, blocks = 0]: readonly number[],
): string {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return `${server.padEnd(26)} ${rule.padEnd(19)} ${percent(inside).padStart(6)} ${percent(off).padStart(10)} ${width.toFixed(1).padStart(6)} ${blocks.toFixed(0).padStart(7)}`;
}
