import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planClosedLoop } from '../../../src/replay/plan/closed-loop.ts';

test('positions go through the exchanges in recorded order, over and over, and end where asked', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(200), (exchanges, requests) => {
      const plan = planClosedLoop(exchanges, requests);
      for (let seq = 0; seq < requests; seq++) assert.equal(plan.exchangeAt(seq), seq % exchanges);
      assert.equal(plan.exchangeAt(requests), null);
    }),
  );
});

test('without a number of requests it never ends', () => {
  assert.equal(planClosedLoop(7, null).exchangeAt(1e9 + 1), (1e9 + 1) % 7);
});

test('nothing to replay is refused', () => {
  assert.throws(() => planClosedLoop(0, 5), /no exchange to replay/);
});
