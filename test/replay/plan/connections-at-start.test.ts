import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionsAtStart } from '../../../src/replay/plan/connections-at-start.ts';

const turn = (arrivedUs: number, finishedUs: number) => ({ request: 0, arrivedUs, finishedUs });

/** Three at once from 2 s to 3 s, then one. */
const TAPE = [[turn(0, 4e6), turn(4e6, 6e6)], [turn(1e6, 3e6)], [turn(2e6, 5e6)]];

test('recorded arrivals scale the peak; a rate wants twice what Little says', () => {
  assert.equal(connectionsAtStart({ kind: 'recorded', timeScale: 1 }, TAPE, null), 3);
  assert.equal(connectionsAtStart({ kind: 'recorded', timeScale: 2.5 }, TAPE, null), 8);
  // 2.75 s in flight on the average.
  assert.equal(connectionsAtStart({ kind: 'poisson', ratePerSec: 2 }, TAPE, null), 11);
});

test('never none, never more than 200 or than may be in flight', () => {
  assert.equal(connectionsAtStart({ kind: 'recorded', timeScale: 0.01 }, [[turn(0, 0)]], null), 1);
  assert.equal(connectionsAtStart({ kind: 'constant', ratePerSec: 1e4 }, TAPE, null), 200);
  assert.equal(connectionsAtStart({ kind: 'constant', ratePerSec: 1e4 }, TAPE, 7), 7);
});
