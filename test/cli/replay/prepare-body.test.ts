import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RewriteOptions } from '../../../src/chat/requests/rewrite-request.ts';
import { bodyPreparation, createSharedBytes } from '../../../src/cli/replay/load-requests.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

const PINNED: RewriteOptions = {
  lengths: 'pinned',
  models: { renamed: new Map(), others: null },
  stream: 'keep',
  usage: 'keep',
  salt: false,
  set: [],
};
const BODIES: Readonly<Record<number, string>> = {
  1: '{"messages":[{"role":"user","content":"a"}]}',
  2: '{"input":"a","previous_response_id":"r"}',
  3: 'no JSON',
};

function preparation(options: RewriteOptions) {
  const asked: number[] = [];
  const prepare = bodyPreparation(
    {
      body(id) {
        asked.push(id);
        return Buffer.from(BODIES[id] ?? '');
      },
    },
    options,
  );
  return { asked, prepare };
}

test('a body is read once for each length that it had, and once for all where lengths are free', () => {
  const lengths = [50, 50, 7].map((completionTokens) => sampleExchange({ completionTokens }));
  const pinned = preparation(PINNED);
  const [first, same, other] = lengths.map((exchange) => pinned.prepare(exchange, 1));
  assert.deepEqual(pinned.asked, [1, 1]);
  assert.equal(first, same);
  assert.notDeepEqual(other?.bytes, first?.bytes);
  const free = preparation({ ...PINNED, lengths: 'free' });
  for (const exchange of lengths) free.prepare(exchange, 1);
  assert.deepEqual(free.asked, [1]);
});

test('it gives the conversation, and what cannot be sent to another server', () => {
  const { prepare } = preparation(PINNED);
  assert.equal(prepare(sampleExchange(), 1).why, null);
  assert.deepEqual(prepare(sampleExchange(), 1).hashes?.earlier, []);
  const response = prepare(sampleExchange({ path: '/v1/responses' }), 2);
  assert.deepEqual([response.why, response.hashes], ['continuesStoredResponse', null]);
  const broken = prepare(sampleExchange(), 3);
  assert.deepEqual(
    [broken.why, broken.hashes, Buffer.from(broken.bytes).toString()],
    [null, null, 'no JSON'],
  );
});

test('bytes come back as they were, whatever came after them, and lie in memory that threads share', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
      const keep = createSharedBytes(32);
      const kept = pieces.map(keep);
      for (const [i, place] of kept.entries()) {
        assert.deepEqual(Buffer.from(place), Buffer.from(pieces[i] ?? []));
        assert.ok(place.buffer instanceof SharedArrayBuffer);
      }
      const slabs = new Set(kept.map(({ buffer }) => buffer));
      assert.ok(slabs.size <= 2 + pieces.reduce((sum, { length }) => sum + length, 0) / 8, 'not one each');
    }),
  );
});

test('a thread that is sent a body sees the same memory', () => {
  const place = createSharedBytes()(Buffer.from('abc'));
  const sent = structuredClone({ body: place }).body;
  place[0] = 0x78;
  assert.equal(Buffer.from(sent).toString(), 'xbc');
});
