import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PlanIdentity } from '../../../src/model/run.ts';
import type { PlanSpec } from '../../../src/replay/plan/plan.ts';
import { identifyPlan, planContent } from '../../../src/replay/plan/plan-fingerprint.ts';
import type { ReplayableRequest } from '../../../src/replay/plan/replayable.ts';
import { anySpec } from '../../helpers/arbitrary-plan.ts';

interface Planned {
  readonly spec: PlanSpec;
  readonly requests: readonly ReplayableRequest[];
}

const identify = ({ spec, requests }: Planned): PlanIdentity =>
  identifyPlan(spec, planContent(requests, spec.conversations));

const anyRequest: fc.Arbitrary<ReplayableRequest> = fc.record({
  exchangeId: fc.nat(),
  path: fc.constantFrom('/v1/chat/completions', '/v1/completions'),
  headers: fc.array(fc.string(), { maxLength: 4 }),
  body: fc.uint8Array({ maxLength: 40 }),
  saltAt: fc.option(fc.nat(40)),
  abort: fc.option(
    fc.oneof(fc.record({ afterTokens: fc.nat(9) }), fc.record({ afterUs: fc.integer({ min: 1, max: 99 }) })),
  ),
});

/** A specification with a request for each turn. */
const anyPlanned: fc.Arbitrary<Planned> = anySpec.chain((spec) =>
  fc.record({
    spec: fc.constant(spec),
    requests: fc.array(anyRequest, {
      minLength: spec.conversations.flat().length,
      maxLength: spec.conversations.flat().length,
    }),
  }),
);

test('property: equal tapes, options and seeds have equal fingerprints, whatever the exchanges are called', () => {
  fc.assert(
    fc.property(anyPlanned, fc.option(fc.nat(99)), (planned, requests) => {
      const { spec, requests: sent } = structuredClone(planned);
      const again = {
        // However the objects were made, and however many of the requests are sent.
        spec: { ...spec, arrivals: spec.arrivals === null ? null : reversed(spec.arrivals), requests },
        requests: sent.map((request) => ({ ...request, exchangeId: request.exchangeId + 1, headers: [] })),
      };
      assert.deepEqual(identify(again), identify(planned));
      assert.match(identify(planned).fingerprint, /^[0-9a-f]{16}$/);
    }),
  );
});

function reversed<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).reverse()) as T;
}

type Change = (planned: Planned, n: number) => Planned;

const changeSpec =
  (change: (spec: PlanSpec, n: number) => Partial<PlanSpec>): Change =>
  ({ spec, requests }, n) => ({ spec: { ...spec, ...change(spec, n) }, requests });

/** Changes the n-th request. */
const changeRequest =
  (change: (request: ReplayableRequest) => Partial<ReplayableRequest>): Change =>
  ({ spec, requests }, n) => {
    const changed = n % requests.length;
    return {
      spec,
      requests: requests.map((request, i) => (i === changed ? { ...request, ...change(request) } : request)),
    };
  };

const CHANGES: Readonly<Record<string, Change>> = {
  seed: changeSpec(({ seed }) => ({ seed: seed + 1 })),
  order: changeSpec(({ order }) => ({ order: order === 'recorded' ? 'shuffled' : 'recorded' })),
  loop: changeSpec(({ loop }) => ({ loop: !loop })),
  think: changeSpec(({ think }) => ({
    think: think.kind === 'fixed' ? { kind: 'fixed', us: think.us + 1 } : { kind: 'fixed', us: 7 },
  })),
  arrivals: changeSpec(({ arrivals }) => ({
    arrivals:
      arrivals === null
        ? { kind: 'recorded', timeScale: 1 }
        : arrivals.kind === 'recorded'
          ? { ...arrivals, timeScale: 2 * arrivals.timeScale }
          : { ...arrivals, ratePerSec: 2 * arrivals.ratePerSec },
  })),
  'the shape of arrivals': changeSpec(({ arrivals }) => ({
    arrivals: { kind: arrivals?.kind === 'poisson' ? 'constant' : 'poisson', ratePerSec: 3 },
  })),
  'a recorded instant': changeSpec(({ conversations }, n) => ({
    conversations: conversations.map((turns, c) =>
      c === n % conversations.length
        ? turns.map((turn) => ({ ...turn, finishedUs: turn.finishedUs + 1 }))
        : turns,
    ),
  })),
  'a conversation less': changeSpec(({ conversations }) => ({ conversations: conversations.slice(1) })),
  'a conversation in two': changeSpec(({ conversations: [first = [], ...rest] }) => ({
    conversations: first.length < 2 ? [...rest] : [first.slice(0, 1), first.slice(1), ...rest],
  })),
  'a path': changeRequest(({ path }) => ({ path: `${path}?a` })),
  'a body': changeRequest(({ body }) => ({ body: Uint8Array.of(...body, 1) })),
  'the place of a salt': changeRequest(({ saltAt }) => ({ saltAt: saltAt === null ? 0 : null })),
  'an abort': changeRequest(({ abort }) => ({ abort: abort === null ? { afterTokens: 1 } : null })),
};

for (const [name, change] of Object.entries(CHANGES)) {
  test(`property: another fingerprint for another plan: ${name}`, () => {
    fc.assert(
      fc.property(anyPlanned, fc.nat(), (planned, n) => {
        assert.notEqual(identify(change(planned, n)).fingerprint, identify(planned).fingerprint);
      }),
    );
  });
}

test('bytes that move from one body to the next make another plan', () => {
  const request = { exchangeId: 1, path: '/v1/completions', headers: [], saltAt: null, abort: null };
  const of = (...bodies: readonly string[]) =>
    planContent(
      bodies.map((body) => ({ ...request, body: Buffer.from(body) })),
      [],
    ).requests;
  assert.notEqual(of('ab', 'c'), of('a', 'bc'));
});

test('a fingerprint does not change from one version of the program to the next', () => {
  const request = { exchangeId: 1, path: '/v1/completions', headers: [], saltAt: null, abort: null };
  const conversations = [[{ request: 0, arrivedUs: 0, finishedUs: 1_000 }]];
  const content = planContent([{ ...request, body: Buffer.from('{"prompt":"a"}') }], conversations);
  const spec = { order: 'recorded', loop: true, think: { kind: 'none' }, arrivals: null, seed: 1 } as const;
  assert.deepEqual(identifyPlan(spec, content), {
    fingerprint: 'c6486d0b6073879d',
    requests: 'd4dae19624b4c5c0',
    conversations: 'f7e463c6e5bf792b',
  });
});
