import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSharedBytes } from '../../../src/cli/replay/shared-bytes.ts';

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
      assert.ok(slabs.size <= 2 + pieces.reduce((sum, { length }) => sum + length, 0) / 16, 'not one each');
    }),
  );
});

test('a thread that is sent a body sees the same memory', () => {
  const place = createSharedBytes()(Buffer.from('abc'));
  const sent = structuredClone({ body: place }).body;
  place[0] = 0x78;
  assert.equal(Buffer.from(sent).toString(), 'xbc');
});
