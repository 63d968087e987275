import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../../src/model/random.ts';
import { capacity, rateAt, type ScalabilityFit } from '../../../src/report/findings/capacity.ts';
import { factsOf, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

function measured(law: ScalabilityFit, loads: readonly number[], noise = 0, seed = 1) {
  const random = createRandom(seed);
  return sampleGroup(
    loads.map((connections) => {
      const requestsPerSec = rateAt(law, connections) * random.gaussian(1, noise);
      return { threads: 1, connections, requestsPerSec, meanMs: (connections / requestsPerSec) * 1e3 };
    }),
  );
}

const LOADS = [10, 25, 50, 100, 200, 300];
const LAW = { lambda: 1, sigma: 0.005, kappa: 4e-5 };
const PEAK = rateAt(LAW, Math.sqrt((1 - LAW.sigma) / LAW.kappa));

test('the reference case has too few cells, and nothing is estimated', () => {
  assert.deepEqual(
    capacity(sampleGroup(PAGE_CELLS)).map(({ kind }) => kind),
    ['capacityTooFew'],
  );
  assert.deepEqual(factsOf(capacity(sampleGroup(PAGE_CELLS)), 'capacityTooFew'), [{ levels: 3, wanted: 4 }]);
  assert.deepEqual(capacity(sampleGroup([])), []);
});

test('a peak that was reached is estimated', () => {
  const [facts] = factsOf(capacity(measured(LAW, LOADS)), 'capacity');
  assert.ok(facts !== undefined);
  assert.ok(Math.abs(facts.peak.ratio / PEAK - 1) < 0.01, `${facts.peak.ratio} against ${PEAK}`);
  assert.ok(Math.abs((facts.atConnections ?? 0) / 157.7 - 1) < 0.05, `${facts.atConnections}`);
});

test('with noise of 2 % the interval holds the truth in about 95 of 100 sessions', () => {
  const sessions = Array.from({ length: 100 }, (_, seed) =>
    factsOf(capacity(measured(LAW, LOADS, 0.02, seed + 1)), 'capacity'),
  ).flat();
  const held = sessions.filter(({ peak }) => peak.low <= PEAK && PEAK <= peak.high).length;
  assert.ok(sessions.length >= 95, `${sessions.length} estimates`);
  assert.ok(held / sessions.length >= 0.9, `${held} of ${sessions.length}`);
});

test('a plateau is a capacity without a peak; a growing rate is not a capacity', () => {
  const plateau = capacity(measured({ lambda: 1, sigma: 0.2, kappa: 0 }, LOADS));
  const [facts] = factsOf(plateau, 'capacity');
  assert.ok(facts !== undefined && Math.abs(facts.peak.ratio / 5 - 1) < 0.02 && facts.atConnections === null);
  const growing = capacity(measured({ lambda: 1, sigma: 0.0001, kappa: 0 }, LOADS));
  assert.deepEqual(
    growing.map(({ kind }) => kind),
    ['capacityBeyond'],
  );
});
