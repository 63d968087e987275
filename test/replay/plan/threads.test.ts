import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Load } from '../../../src/model/run.ts';
import { createPlan } from '../../../src/replay/plan/create-plan.ts';
import type { Plan, PlannedConversation } from '../../../src/replay/plan/plan.ts';
import {
  cellOfShard,
  shareOfNumber,
  shareOfPlan,
  shareOfSlots,
  slotsOfCell,
  slotsOfShard,
  workerOfShard,
  workersFor,
} from '../../../src/replay/plan/threads.ts';
import { anySpec } from '../../helpers/arbitrary-plan.ts';

const DRAIN: Load = { kind: 'closed', semantics: 'drain' };
const WRK: Load = { kind: 'closed', semantics: 'wrk' };

const threadsOf = (threads: number, connections: number, load = DRAIN) =>
  slotsOfCell({ threads, connections }, load).map(({ thread }) => thread);

/** Workers from 0, as many as asked. */
const numbers = (workers: number) => Array.from({ length: workers }, (_, worker) => ({ worker, workers }));

test('every connection has a thread, every thread has its share of connections or one more', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat(300), (threads, more) => {
      const connections = threads + more;
      const slots = slotsOfCell({ threads, connections }, DRAIN);
      assert.deepEqual(
        slots.map(({ connection }) => connection),
        Array.from({ length: connections }, (_, c) => c),
      );
      const counts = new Array<number>(threads).fill(0);
      for (const { thread } of slots) counts[thread] = (counts[thread] ?? 0) + 1;
      const share = Math.floor(connections / threads);
      assert.ok(counts.every((count) => count === share || count === share + 1));
      const owners = slots.map(({ thread }) => thread);
      assert.deepEqual(
        owners,
        owners.toSorted((a, b) => a - b),
        'threads own consecutive connections',
      );
    }),
  );
});

test('the cells of a matrix', () => {
  assert.deepEqual(threadsOf(3, 4), [0, 0, 1, 2]);
  assert.deepEqual(threadsOf(2, 4), [0, 0, 1, 1]);
});

test("with wrk's semantics its remainder is not opened either", () => {
  assert.deepEqual(threadsOf(3, 10, WRK), [0, 0, 0, 1, 1, 1, 2, 2, 2]);
  for (const [threads, connections] of [
    [10, 20],
    [10, 100],
    [100, 100],
    [100, 200],
  ] as const)
    assert.deepEqual(threadsOf(threads, connections, WRK), threadsOf(threads, connections), 'no remainder');
});

test('fewer connections than threads are refused', () => {
  assert.throws(() => threadsOf(10, 9), /9 connections cannot feed 10 threads/);
});

const anyWorkers = fc.integer({ min: 1, max: 40 });

test("the workers' connections add up to the cell's, also when there are fewer than workers, or none", () => {
  fc.assert(
    fc.property(fc.nat(60), anyWorkers, (connections, workers) => {
      const slots = connections === 0 ? [] : slotsOfCell({ threads: 1, connections }, DRAIN);
      const shares = numbers(workers).map((number) => shareOfSlots(slots, number));
      assert.deepEqual(
        shares.flat().sort((a, b) => a.connection - b.connection),
        slots,
      );
      const sizes = shares.map(({ length }) => length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
  );
});

test("the workers' parts of a number add up to it, also when it is 0 or less than the workers", () => {
  fc.assert(
    fc.property(fc.nat(300), anyWorkers, fc.integer({ min: 1, max: 50 }), (whole, workers, most) => {
      const parts = numbers(workers).map((number) => shareOfNumber(whole, number, most));
      assert.equal(
        parts.reduce((sum, part) => sum + part, 0),
        whole,
      );
      const dividing = parts.slice(0, most);
      assert.ok(Math.max(...dividing) - Math.min(...dividing) <= 1);
      assert.ok(parts.slice(most).every((part) => part === 0));
    }),
  );
});

test("the workers' parts of a plan add up to it, also when it sends nothing or has fewer conversations", () => {
  fc.assert(
    fc.property(
      anySpec,
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      (spec, workers, most) => {
        const whole = head(createPlan(spec));
        const parts = numbers(workers).map((number) =>
          head(shareOfPlan(createPlan(structuredClone(spec)), number, most)),
        );
        const together = parts.flat().filter(({ firstSeq }) => firstSeq <= (whole.at(-1)?.firstSeq ?? -1));
        assert.deepEqual(
          together.sort((a, b) => a.firstSeq - b.firstSeq),
          whole,
        );
        assert.ok(parts.slice(most).every(({ length }) => length === 0));
      },
    ),
  );
});

/** The first conversations of a plan: more than any of these has in three passes. */
function head(plan: Plan): readonly PlannedConversation[] {
  const planned: PlannedConversation[] = [];
  for (let next = plan.at(0); next !== null && planned.length < 40; next = plan.at(planned.length))
    planned.push(next);
  return planned;
}

test('as many workers as the recorded speed asks for, within the cores and the connections', () => {
  assert.equal(workersFor(200, 50, 16), 1);
  assert.equal(workersFor(1_000, 50, 16), 5);
  assert.equal(workersFor(1_000, 50, 2), 1);
  assert.equal(workersFor(10_000, 500, 64), 8);
  assert.equal(workersFor(2, 1e6, 16), 2);
  assert.equal(workersFor(200, null, 16), 1);
});

/** Everything of a plan that is due or begun among its first conversations. */
const firstOf = (plan: Plan, conversations: number): readonly PlannedConversation[] =>
  Array.from({ length: conversations }, (_, index) => plan.at(index)).filter((one) => one !== null);

test('shards send the whole plan together, each conversation once and as one sender would', () => {
  fc.assert(
    fc.property(
      anySpec,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      (spec, of, workers) => {
        const most = 60;
        const plan = createPlan(spec);
        const whole = firstOf(plan, of * workers * most);
        const sent = Array.from({ length: of }, (_, index) => {
          const shard = shareOfPlan(plan, workerOfShard({ index, of }));
          return numbers(workers).flatMap((worker) => firstOf(shareOfPlan(shard, worker), most));
        });
        const together = sent.flat().toSorted((a, b) => a.firstSeq - b.firstSeq);
        assert.deepEqual(
          together,
          whole.toSorted((a, b) => a.firstSeq - b.firstSeq),
        );
        const rank = new Map(whole.map(({ firstSeq }, index) => [firstSeq, index]));
        sent.forEach((share, index) => {
          for (const { firstSeq } of share) assert.equal((rank.get(firstSeq) ?? 0) % of, index);
        });
      },
    ),
  );
});

test('shards open the connections of the whole cell together, each with its number and thread', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.nat(200),
      fc.integer({ min: 1, max: 20 }),
      (threads, more, of) => {
        const cell = { threads, connections: threads + more };
        const shards = Array.from({ length: of }, (_, index) => slotsOfShard(cell, DRAIN, { index, of }));
        assert.deepEqual(
          shards.flat().toSorted((a, b) => a.connection - b.connection),
          slotsOfCell(cell, DRAIN),
        );
        shards.forEach((slots, index) => {
          assert.equal(cellOfShard(cell, DRAIN, { index, of }).connections, slots.length);
        });
      },
    ),
  );
});

test('a shard of an open loop has its part of the rate, and a connection even where they are fewer than shards', () => {
  const load: Load = { kind: 'open', arrivals: { kind: 'constant', ratePerSec: 8 }, maxInFlight: null };
  const cell = { threads: 1, connections: 2, ratePerSec: 8 };
  assert.deepEqual(cellOfShard(cell, load, { index: 3, of: 4 }), {
    threads: 1,
    connections: 1,
    ratePerSec: 2,
  });
  assert.deepEqual(slotsOfShard(cell, load, { index: 3, of: 4 }), [{ thread: 0, connection: 3 }]);
});
