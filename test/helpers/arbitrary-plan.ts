import fc from 'fast-check';
import type { Arrivals, Think } from '../../src/model/run.ts';
import type { PlanSpec, RecordedTurn } from '../../src/replay/plan/plan.ts';

/** Any recording: conversations in order of their first arrivals, their requests numbered by arrival. */
export const anyConversations: fc.Arbitrary<readonly (readonly RecordedTurn[])[]> = fc
  .array(
    fc.record({
      beginUs: fc.nat(5_000_000),
      turns: fc.array(fc.tuple(fc.nat(1_000_000), fc.integer({ min: -1_000, max: 2_000_000 })), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map(recordingOf);

function recordingOf(
  drawn: readonly { readonly beginUs: number; readonly turns: readonly (readonly [number, number])[] }[],
): readonly (readonly RecordedTurn[])[] {
  let request = 0;
  return [...drawn]
    .sort((a, b) => a.beginUs - b.beginUs)
    .map(({ beginUs, turns }) => {
      let arrivedUs = beginUs;
      return turns.map(([tookUs, pauseUs]) => {
        const turn = { request: request++, arrivedUs, finishedUs: arrivedUs + tookUs };
        // A client may send its next turn a moment before the recorder has seen the end of the last.
        arrivedUs = Math.max(arrivedUs, turn.finishedUs + pauseUs);
        return turn;
      });
    });
}

const anyRate = fc.double({ min: 0.1, max: 1_000, noNaN: true });

export const anyArrivals: fc.Arbitrary<Arrivals> = fc.oneof(
  fc.record({
    kind: fc.constant('recorded' as const),
    timeScale: fc.double({ min: 0.1, max: 10, noNaN: true }),
  }),
  fc.record({ kind: fc.constantFrom('constant' as const, 'poisson' as const), ratePerSec: anyRate }),
  fc.record({
    kind: fc.constant('gamma' as const),
    ratePerSec: anyRate,
    cv: fc.double({ min: 0.2, max: 8, noNaN: true }),
  }),
);

const anyThink: fc.Arbitrary<Think> = fc.oneof(
  fc.constantFrom<Think>({ kind: 'none' }, { kind: 'recorded' }),
  fc.record({ kind: fc.constant('fixed' as const), us: fc.nat(5_000_000) }),
);

/** Any specification of a plan, of a closed or an open loop. */
export const anySpec: fc.Arbitrary<PlanSpec> = fc.record({
  conversations: anyConversations,
  order: fc.constantFrom('recorded' as const, 'shuffled' as const),
  loop: fc.boolean(),
  requests: fc.option(fc.nat(80), { nil: null }),
  think: anyThink,
  arrivals: fc.option(anyArrivals, { nil: null }),
  seed: fc.nat(0xffffffff),
});
