import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTokenPrompts } from '../../../src/formats/lengths/synthetic-prompt.ts';
import { exchangesOf, readAs } from '../../helpers/read-format.ts';

/** How many items two lists have in common at their start. */
function shared(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((item, i) => item !== b[i]);
  return at === -1 ? a.length : at;
}

test('prompts have as many tokens as they should, within the ids of every vocabulary', () => {
  const rows = fc.array(
    fc.record({
      timestamp: fc.nat(1_000),
      input_length: fc.integer({ min: 1, max: 3_000 }),
      output_length: fc.integer({ min: 1, max: 9 }),
      hash_ids: fc.array(fc.nat(6), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(rows, (given) => {
      const prompts = createTokenPrompts();
      const read = exchangesOf(readAs('mooncake', given.map((row) => JSON.stringify(row)).join('\n')));
      const ids = read.map(({ request }) =>
        request.kind === 'lengths' ? prompts.write(request.parts).split(',') : [],
      );
      for (const [i, a] of ids.entries()) {
        assert.equal(a.length, given[i]?.input_length);
        assert.ok(a.every((id) => Number(id) >= 1_000 && Number(id) < 21_000));
        for (const [j, b] of ids.entries()) {
          if (i === j) continue;
          const [x, y] = [given[i]?.hash_ids ?? [], given[j]?.hash_ids ?? []];
          const blocks = shared(x.map(String), y.map(String));
          assert.equal(shared(a, b), Math.min(512 * Math.min(blocks, y.length), a.length, b.length));
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('a round of TraceLab shares with the round before it what was cached of it, and no more', () => {
  const round = (session: string, total: number, prefix: number) =>
    JSON.stringify({
      session_id: session,
      input_tokens_total: total,
      prefix_tokens: prefix,
      output_tokens: 5,
      timing_events: [{ event_type: 'user_message', timestamp: '2026-01-01T00:00:00Z' }],
    });
  const lines = [round('a', 100, 50), round('b', 80, 70), round('a', 130, 120), round('a', 200, 110)];
  const prompts = createTokenPrompts();
  const ids = exchangesOf(readAs('tracelab', lines.join('\n'))).map(({ request }) =>
    request.kind === 'lengths' ? prompts.write(request.parts).split(',') : [],
  );
  const [a = [], b = [], c = [], d = []] = ids;
  assert.deepEqual(
    ids.map(({ length }) => length),
    [100, 80, 130, 200],
  );
  assert.deepEqual([shared(a, b), shared(a, c), shared(c, d), shared(a, d)], [0, 100, 110, 100]);
});

test('columns of a CSV are found by their names, whatever their order', () => {
  const text = '\n"Response tokens","Request tokens",Timestamp\n7,5,0.25\nx,5,1\n7\n';
  const records = readAs('burstgpt', text.trimStart());
  assert.deepEqual(
    records.map(({ decoded }) => (typeof decoded === 'string' ? decoded : decoded.arrivedUs)),
    [250_000, 'malformed', 'malformed'],
  );
});
