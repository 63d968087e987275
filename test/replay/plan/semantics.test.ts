import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLOSED_SEMANTICS, semanticsOf } from '../../../src/replay/plan/semantics.ts';

test('a draining loop does what was asked; an open loop ends like it', () => {
  const { drain } = CLOSED_SEMANTICS;
  assert.deepEqual(
    [
      drain.connections({ threads: 3, connections: 10 }),
      drain.timeoutUs(5),
      drain.endUs(7),
      drain.dropsAtEnd,
    ],
    [10, 5, 7, false],
  );
  const arrivals = { kind: 'constant', ratePerSec: 1 } as const;
  assert.equal(semanticsOf({ kind: 'open', arrivals, maxInFlight: null }), drain);
});

test('wrk loses its remainder, cuts no late answer, ends at its next look at the clock, and drops what is in flight', () => {
  const { wrk } = CLOSED_SEMANTICS;
  assert.deepEqual(
    [wrk.connections({ threads: 3, connections: 10 }), wrk.timeoutUs(5), wrk.endUs(1e6), wrk.dropsAtEnd],
    [9, null, 1.1e6, true],
  );
});
