import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createPlan } from '../../../src/replay/plan/create-plan.ts';
import type { Plan, PlannedConversation, PlanSpec, RecordedTurn } from '../../../src/replay/plan/plan.ts';
import { anySpec } from '../../helpers/arbitrary-plan.ts';

/** More conversations than any plan here has in three passes. */
const ENOUGH = 40;

function head(plan: Plan, most = ENOUGH): readonly PlannedConversation[] {
  const planned: PlannedConversation[] = [];
  for (let index = 0; index < most; index++) {
    const conversation = plan.at(index);
    if (conversation === null) break;
    planned.push(conversation);
  }
  return planned;
}

const requestsOf = (turns: readonly { readonly request: number }[]): readonly number[] =>
  turns.map(({ request }) => request);

const SPEC: PlanSpec = {
  conversations: [
    [turn(0, 0, 10)],
    [turn(1, 5, 20), turn(2, 120, 130), turn(3, 125, 400)],
    [turn(4, 500, 700)],
  ],
  order: 'recorded',
  loop: true,
  requests: null,
  think: { kind: 'none' },
  arrivals: null,
  seed: 1,
};

function turn(request: number, arrivedUs: number, finishedUs: number): RecordedTurn {
  return { request, arrivedUs, finishedUs };
}

test('positions have no gap, end exactly where asked, and due times do not decrease', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const planned = head(createPlan(spec));
      let seq = 0;
      let dueUs = 0;
      for (const conversation of planned) {
        assert.equal(conversation.firstSeq, seq);
        assert.ok(conversation.turns.length > 0);
        seq += conversation.turns.length;
        if (spec.arrivals === null) assert.equal(conversation.dueUs, null);
        else assert.ok((conversation.dueUs ?? -1) >= dueUs && Number.isInteger(conversation.dueUs));
        dueUs = conversation.dueUs ?? 0;
      }
      if (planned.length < ENOUGH) {
        const once = spec.conversations.flat().length;
        const bound = spec.requests ?? Number.POSITIVE_INFINITY;
        assert.equal(seq, spec.loop ? bound : Math.min(once, bound));
      }
    }),
  );
});

test('no conversation is reordered, none is lost: each pass is every conversation once, its turns as recorded', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const plan = createPlan({ ...spec, loop: true, requests: null });
      for (const pass of [0, 1, 2]) {
        const taken = spec.conversations.map((_, k) => plan.at(pass * spec.conversations.length + k));
        assert.ok(taken.every((conversation) => conversation?.pass === pass));
        const sequences = taken.map((conversation) => requestsOf(conversation?.turns ?? []));
        const recorded = spec.conversations.map(requestsOf);
        if (spec.order === 'shuffled') sequences.sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
        assert.deepEqual(sequences, spec.order === 'shuffled' ? sortedByFirst(recorded) : recorded);
      }
    }),
  );
});

function sortedByFirst(sequences: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return [...sequences].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));
}

test('both arms, and every thread, make the same plan of the same specification, whatever they ask first', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const one = createPlan(spec);
      const other = createPlan(structuredClone(spec));
      const backwards = Array.from({ length: ENOUGH }, (_, i) => other.at(ENOUGH - 1 - i)).reverse();
      assert.deepEqual(
        Array.from({ length: ENOUGH }, (_, i) => one.at(i)),
        backwards,
      );
    }),
  );
});

test('the last conversation is cut so that the number of requests is exact', () => {
  const planned = head(createPlan({ ...SPEC, requests: 8 }));
  assert.deepEqual(
    planned.map(({ firstSeq, pass, turns }) => [firstSeq, pass, requestsOf(turns)]),
    [
      [0, 0, [0]],
      [1, 0, [1, 2, 3]],
      [4, 0, [4]],
      [5, 1, [0]],
      [6, 1, [1, 2]],
    ],
  );
});

test('without a loop every conversation comes once', () => {
  assert.deepEqual(
    head(createPlan({ ...SPEC, loop: false })).map(({ firstSeq }) => firstSeq),
    [0, 1, 4],
  );
});

test('think times: none, fixed, recorded; recorded arrivals scale recorded ones only', () => {
  const pauses = (overrides: Partial<PlanSpec>): readonly (number | undefined)[] =>
    createPlan({ ...SPEC, ...overrides })
      .at(1)
      ?.turns.map(({ thinkUs }) => thinkUs) ?? [];
  assert.deepEqual(pauses({}), [0, 0, 0]);
  assert.deepEqual(pauses({ think: { kind: 'fixed', us: 7 } }), [0, 7, 7]);
  const recorded = { think: { kind: 'recorded' } } as const;
  assert.deepEqual(pauses(recorded), [0, 100, 0], 'a turn that came before the end thinks not at all');
  assert.deepEqual(pauses({ ...recorded, arrivals: { kind: 'constant', ratePerSec: 9 } }), [0, 100, 0]);
  const twice = { arrivals: { kind: 'recorded', timeScale: 2 } } as const;
  assert.deepEqual(pauses({ ...recorded, ...twice }), [0, 50, 0]);
  assert.deepEqual(pauses({ think: { kind: 'fixed', us: 7 }, ...twice }), [0, 7, 7]);
});

test('a shuffled pass differs from the next and from other seeds, and keeps the recorded arrivals', () => {
  const many = Array.from({ length: 50 }, (_, i) => [turn(i, i * 100, i * 100 + 50)]);
  const spec: PlanSpec = {
    ...SPEC,
    conversations: many,
    order: 'shuffled',
    arrivals: { kind: 'recorded', timeScale: 1 },
  };
  const orderOf = (plan: Plan, pass: number): readonly (number | undefined)[] =>
    many.map((_, k) => plan.at(pass * 50 + k)?.turns[0]?.request);
  const plan = createPlan(spec);
  const first = orderOf(plan, 0);
  assert.notDeepEqual(first, orderOf(plan, 1));
  assert.notDeepEqual(first, orderOf(createPlan({ ...spec, seed: 2 }), 0));
  assert.deepEqual(orderOf(createPlan(spec), 0), first);
  for (let pass = 0; pass < 9; pass++) orderOf(plan, pass);
  assert.deepEqual(orderOf(plan, 0), first, 'a pass that was forgotten comes back the same');
  assert.deepEqual(
    many.map((_, k) => plan.at(k)?.dueUs),
    many.map((_, k) => k * 100),
  );
});

test('nothing to replay is refused', () => {
  assert.throws(() => createPlan({ ...SPEC, conversations: [] }), /nothing to replay/);
  assert.throws(() => createPlan({ ...SPEC, conversations: [[]] }), /nothing to replay/);
});

test('every conversation comes first about equally often', () => {
  const conversations = [0, 1, 2, 3].map((request) => [turn(request, request, request)]);
  const plan = createPlan({ ...SPEC, conversations, order: 'shuffled' });
  const first = [0, 0, 0, 0];
  for (let pass = 0; pass < 4_000; pass++) {
    const chosen = plan.at(4 * pass)?.turns[0]?.request ?? 0;
    first[chosen] = (first[chosen] ?? 0) + 1;
  }
  // Five standard deviations of a binomial count of 4000 at 1/4.
  for (const times of first) assert.ok(Math.abs(times - 1_000) < 137, first.join());
});
