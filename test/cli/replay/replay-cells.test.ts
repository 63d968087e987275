import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planSpec, replayCells } from '../../../src/cli/replay/replay-cells.ts';
import { givenReplay } from '../../helpers/given-options.ts';

/** Two requests in 2 s, repeated: one a second. */
const CONVERSATIONS = [
  [{ request: 0, arrivedUs: 0, finishedUs: 5e6 }],
  [{ request: 1, arrivedUs: 1e6, finishedUs: 2e6 }],
];

function cells(options: Parameters<typeof givenReplay>[0]) {
  return replayCells(givenReplay(options).traffic, CONVERSATIONS);
}

test("a closed loop's cells are as asked", () => {
  assert.deepEqual(cells({ matrix: '2x4,1x3', semantics: 'wrk' }), [
    { cell: { threads: 2, connections: 4 }, load: { kind: 'closed', semantics: 'wrk' } },
    { cell: { threads: 1, connections: 3 }, load: { kind: 'closed', semantics: 'wrk' } },
  ]);
});

test('recorded arrivals are one cell with the rate and the connections of the tape', () => {
  assert.deepEqual(cells({ timeScale: '3' }), [
    {
      cell: { threads: 1, connections: 6, ratePerSec: 3 },
      load: { kind: 'open', arrivals: { kind: 'recorded', timeScale: 3 }, maxInFlight: null },
    },
  ]);
});

test('a list of rates is a cell each; without one the recorded rate is scaled', () => {
  assert.deepEqual(
    cells({ rate: '1/s,4/s', arrivals: 'gamma:2', maxInFlight: '10' }).map(({ cell, load }) => [cell, load]),
    [
      [
        { threads: 1, connections: 6, ratePerSec: 1 },
        { kind: 'open', arrivals: { kind: 'gamma', cv: 2, ratePerSec: 1 }, maxInFlight: 10 },
      ],
      [
        { threads: 1, connections: 10, ratePerSec: 4 },
        { kind: 'open', arrivals: { kind: 'gamma', cv: 2, ratePerSec: 4 }, maxInFlight: 10 },
      ],
    ],
  );
  assert.deepEqual(
    cells({ arrivals: 'poisson', timeScale: '2' }).map(({ load }) => load),
    [{ kind: 'open', arrivals: { kind: 'poisson', ratePerSec: 2 }, maxInFlight: null }],
  );
});

test('the plan is made of the settings and the arrivals of its cell', () => {
  const settings = givenReplay({ rate: '5', order: 'shuffled', seed: '9' });
  const [cell] = replayCells(settings.traffic, CONVERSATIONS);
  assert.ok(cell !== undefined);
  assert.deepEqual(planSpec(settings.send, cell.load, CONVERSATIONS), {
    conversations: CONVERSATIONS,
    order: 'shuffled',
    loop: true,
    requests: null,
    think: { kind: 'recorded' },
    arrivals: { kind: 'constant', ratePerSec: 5 },
    seed: 9,
  });
  const closed = { kind: 'closed', semantics: 'drain' } as const;
  assert.equal(planSpec(settings.send, closed, CONVERSATIONS).arrivals, null);
});
