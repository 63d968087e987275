import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peakAnswer } from '../../src/compare/peak/answer.ts';
import { doublingStride, loadGrid } from '../../src/compare/peak/load-grid.ts';
import { judgePairs, pairedLoads } from '../../src/compare/peak/paired-peak.ts';
import { searchTwo } from '../../src/compare/peak/run-search.ts';
import { searchRules } from '../../src/compare/peak/search.ts';
import type { Block } from '../../src/compare/peak/trial.ts';
import type { EngineSettings } from '../../src/simulate/engine/engine.ts';
import { chanceOf, runSearch } from '../helpers/peak-servers.ts';
import {
  connectionsBlock,
  rateBlock,
  type SimulatedTraffic,
  simulatedA40,
} from '../helpers/peak-simulator.ts';

/** Peaks of the simulated A40 in model time, searched and known. */

const STEP = 0.05;
const GOOD = 0.99;
const rulesOf = (from: number, to: number, whole: boolean, servers: 1 | 2 = 1) =>
  searchRules({
    loads: loadGrid({ from, to, step: STEP, whole }),
    stride: doublingStride(STEP),
    good: GOOD,
    confidence: 0.95,
    servers,
  });

/** Answers of 50 tokens within four seconds. */
const CHAT: SimulatedTraffic = {
  promptTokens: 13,
  outputTokens: 50,
  isGood: ({ latencyUs }) => latencyUs <= 4e6,
};

/** The highest load of the grid that keeps the limit over many blocks; between loads that the model surely keeps and breaks. */
function truth(loads: readonly number[], measure: (load: number) => Block): number {
  const keeps = (load: number): boolean => {
    const blocks = Array.from({ length: 12 }, () => measure(load));
    return blocks.reduce((sum, { good, requests }) => sum + good / requests, 0) / blocks.length >= GOOD;
  };
  let [low, high] = [0, loads.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (keeps(loads[middle] ?? 0)) low = middle;
    else high = middle;
  }
  return low;
}

for (const [axis, blockOf, from, to] of [
  ['rate', rateBlock, 10, 80],
  ['connections', connectionsBlock, 20, 250],
] as const) {
  test(`${axis}: the answer holds the limit that a fine grid gives, or misses it by one step at most`, () => {
    const rules = rulesOf(from, to, axis === 'connections');
    const { loads } = rules;
    const known = truth(loads, blockOf(simulatedA40(), CHAT, chanceOf(99)));
    assert.ok(known > 0 && known < loads.length - 1, `the grid holds it: ${loads[known]}`);
    const { passes, fails } = peakAnswer(
      runSearch(blockOf(simulatedA40(), CHAT, chanceOf(1)), rules),
      rules,
      0.95,
      null,
    );
    const [low, high] = [loads.indexOf(passes ?? -1), loads.indexOf(fails ?? -1)];
    assert.ok(low - 1 <= known && known < high + 1, `${passes} … ${fails}, known ${loads[known]}`);
    assert.ok(high - low <= 7, `${passes} … ${fails}`);
  });
}

/** PEAK_SEARCHES=10 takes a minute. */
const SEARCHES = Number(process.env.PEAK_SEARCHES ?? 3);

for (const [what, baseline, candidate, verdict, traffic] of [
  ['twice the sequences', { maxNumSeqs: 64 }, { maxNumSeqs: 128 }, 'improvement', CHAT],
  [
    'half the token budget',
    {},
    { maxNumBatchedTokens: 1024 },
    'regression',
    { promptTokens: 2000, outputTokens: 4, isGood: ({ ttftUs }) => ttftUs <= 4e6 } satisfies SimulatedTraffic,
  ],
] as const) {
  test(`two servers: ${what}: ${verdict} in each search`, async () => {
    for (let seed = 1; seed <= SEARCHES; seed++) {
      const judged = await compared(baseline, candidate, traffic, seed);
      assert.equal(judged.verdict, verdict, `seed ${seed}: ${JSON.stringify(judged)}`);
    }
  });
}

async function compared(
  baseline: EngineSettings['limits'],
  candidate: EngineSettings['limits'],
  traffic: SimulatedTraffic,
  seed: number,
) {
  const rules = rulesOf(0.5, 80, false, 2);
  const limits = { baseline, candidate };
  const found = await searchTwo(rules, {
    // Both blocks of a pair have the same arrivals.
    measure: async (arm, index, sample) =>
      rateBlock(simulatedA40(limits[arm]), traffic, chanceOf(1000 * seed + sample))(rules.loads[index] ?? 0),
    visited: () => undefined,
  });
  return judgePairs(found.pairs, pairedLoads(found.visits.baseline, rules), rules, 0.95);
}
