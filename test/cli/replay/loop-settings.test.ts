import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loopBounds, loopSettings, planSpec, replayCells } from '../../../src/cli/replay/loop-settings.ts';
import { TRAFFIC_OPTIONS } from '../../../src/cli/replay/replay-options.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { type Given, givenReplay, readGiven } from '../../helpers/given-options.ts';

type Options = Given<typeof TRAFFIC_OPTIONS>;

const loop = (given: Options) => readGiven(TRAFFIC_OPTIONS, loopSettings, given);
const bounds = (given: Options) => readGiven(TRAFFIC_OPTIONS, loopBounds, given);

test("the default is the benchmark's: ten threads, three cells, a closed loop that drains", () => {
  assert.deepEqual(loop({}), {
    kind: 'closed',
    semantics: 'drain',
    cells: [20, 100, 200].map((connections) => ({ threads: 10, connections })),
  });
  assert.deepEqual(loop({ matrix: '2x4,4x8', semantics: 'wrk' }), {
    kind: 'closed',
    semantics: 'wrk',
    cells: [
      { threads: 2, connections: 4 },
      { threads: 4, connections: 8 },
    ],
  });
});

test('any option of an open loop opens it', () => {
  const recorded = {
    kind: 'open',
    shape: { kind: 'recorded' },
    ratesPerSec: null,
    timeScale: 1,
    maxInFlight: null,
  };
  assert.deepEqual(loop({ open: true }), recorded);
  assert.deepEqual(loop({ timeScale: '2' }), { ...recorded, timeScale: 2 });
  assert.deepEqual(loop({ arrivals: 'recorded' }), recorded);
  assert.deepEqual(loop({ arrivals: 'poisson', timeScale: '0.5' }), {
    ...recorded,
    shape: { kind: 'poisson' },
    timeScale: 0.5,
  });
  assert.deepEqual(loop({ rate: '10/s,20/s', maxInFlight: '50' }), {
    ...recorded,
    shape: { kind: 'constant' },
    ratesPerSec: [10, 20],
    maxInFlight: 50,
  });
  assert.deepEqual(loop({ rate: '1', arrivals: 'gamma:4' }), {
    ...recorded,
    shape: { kind: 'gamma', cv: 4 },
    ratesPerSec: [1],
  });
});

test('how far a cell goes', () => {
  const minute = { durationUs: 60e6, requests: null, loop: true };
  assert.deepEqual(bounds({}), minute);
  assert.deepEqual(bounds({ duration: '5s' }), { ...minute, durationUs: 5e6 });
  assert.deepEqual(bounds({ requests: '7' }), { durationUs: null, requests: 7, loop: true });
  assert.deepEqual(bounds({ loop: false }), { durationUs: null, requests: null, loop: false });
  assert.deepEqual(bounds({ loop: false, requests: '7' }), { durationUs: null, requests: 7, loop: false });
  assert.deepEqual(bounds({ rate: '10' }), minute);
  assert.deepEqual(bounds({ rate: '10', loop: false }), { durationUs: null, requests: null, loop: false });
  assert.deepEqual(bounds({ open: true }), { durationUs: null, requests: null, loop: false });
  assert.deepEqual(bounds({ open: true, loop: true }), minute);
  assert.deepEqual(bounds({ timeScale: '2', duration: '5s' }), { ...minute, durationUs: 5e6 });
  assert.deepEqual(bounds({ open: true, requests: '7' }), { durationUs: null, requests: 7, loop: true });
  assert.deepEqual(bounds({ semantics: 'wrk' }), minute);
});

test('options that exclude each other, or need another', () => {
  const cases: readonly (readonly [Options, RegExp])[] = [
    [{ matrix: '2x4', threads: '2' }, /--matrix 2x4 already sets threads/],
    [{ matrix: '2x4', connections: '20' }, /--matrix 2x4 already sets threads/],
    [{ duration: '5s', requests: '3' }, /--duration 5s and --requests 3 exclude each other/],
    [{ open: true, connections: '20' }, /--open and --connections 20 exclude each other/],
    [{ rate: '10/s', matrix: '2x4' }, /--rate 10\/s and --matrix 2x4 exclude each other/],
    [{ timeScale: '2', semantics: 'wrk' }, /--time-scale 2 and --semantics wrk exclude each other/],
    [{ maxInFlight: '5', threads: '2' }, /--max-in-flight 5 and --threads 2 exclude each other/],
    [{ maxInFlight: '5' }, /--max-in-flight 5 limits an open loop: add --open/],
    [{ rate: '10/s', arrivals: 'recorded' }, /--rate 10\/s and --arrivals recorded exclude each other/],
    [{ rate: '10/s', timeScale: '2' }, /--rate 10\/s and --time-scale 2 exclude each other/],
    [{ semantics: 'wrk', requests: '5' }, /--semantics wrk and --requests 5 exclude each other/],
    [{ semantics: 'wrk', loop: false }, /--semantics wrk and --no-loop exclude each other/],
    [{ semantics: 'hey' }, /--semantics hey is not known/],
    [{ threads: '10', connections: '20,4' }, /--connections 4 is less than --threads 10/],
    [{ timeScale: '0' }, /--time-scale 0 is not a number above zero/],
  ];
  for (const [options, message] of cases) {
    assert.throws(
      () => givenReplay(options),
      (error) => error instanceof UserError && message.test(error.message),
      JSON.stringify(options),
    );
  }
});

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
