import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitScalability, peakConnections, rateAt } from '../../../src/report/findings/capacity.ts';

test('points of the law give its parameters back', () => {
  const parameters = fc.record({
    lambda: fc.double({ min: 0.1, max: 1000, noNaN: true }),
    sigma: fc.double({ min: 0, max: 0.3, noNaN: true }),
    kappa: fc.double({ min: 0, max: 1e-3, noNaN: true }),
  });
  fc.assert(
    fc.property(parameters, (law) => {
      const points = [1, 5, 20, 60, 150].map((connections) => ({
        connections,
        requestsPerSec: rateAt(law, connections),
      }));
      const fit = fitScalability(points);
      for (const { connections, requestsPerSec } of points) {
        const ratio = rateAt(fit, connections) / requestsPerSec;
        assert.ok(Math.abs(ratio - 1) < 2e-3, `${ratio} at ${connections} for ${JSON.stringify(law)}`);
      }
    }),
    { numRuns: 60 },
  );
});

test('the peak lies where the rate is highest; without coherency there is none', () => {
  const law = { lambda: 1, sigma: 0.02, kappa: 1e-4 };
  const at = peakConnections(law);
  assert.ok(Math.abs(at - Math.sqrt(0.98 / 1e-4)) < 1e-9);
  assert.ok(rateAt(law, at) > rateAt(law, at - 1) && rateAt(law, at) > rateAt(law, at + 1));
  assert.equal(peakConnections({ lambda: 1, sigma: 0, kappa: 0 }), Number.POSITIVE_INFINITY);
});
