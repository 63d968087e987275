import { peakAnswer } from '../../src/compare/peak/answer.ts';
import { judgePairs, pairedLoads } from '../../src/compare/peak/paired-peak.ts';
import { searchTwo } from '../../src/compare/peak/run-search.ts';
import type { PeakReport } from '../../src/report/peak/peak-report.ts';
import { blocksOf, chanceOf, GRID, type PeakServer, RULES_OF_TWO as RULES } from './peak-servers.ts';

const SERVER: PeakServer = { kind: 'slope', capacity: 20, noise: 0.03, drift: 0, hysteresis: 0 };

/** A search of one simulated server, or of it and one that carries 30 % more, in virtual time. */
export async function samplePeak(servers: 1 | 2): Promise<PeakReport> {
  const chance = chanceOf(7);
  const serve = {
    baseline: blocksOf(SERVER, chance),
    candidate: blocksOf({ ...SERVER, capacity: 26 }, chance),
  };
  const { visits, pairs, stop } = await searchTwo(RULES, {
    measure: async (arm, index) => serve[arm](GRID[index] ?? 0),
    visited: () => undefined,
  });
  const answers = (['baseline', 'candidate'] as const).map((label) => ({
    label,
    ...peakAnswer(visits[label], RULES, 0.95, stop),
  }));
  return {
    axis: 'rate',
    slo: { ttftMs: 500, tpotMs: null, e2elMs: null, itlMs: 50 },
    good: 0.99,
    step: 0.05,
    confidence: 0.95,
    blockMs: 20_000,
    answers: answers.slice(0, servers),
    paired: servers === 1 ? null : judgePairs(pairs, pairedLoads(visits.baseline, RULES), RULES, 0.95),
  };
}
