import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { bodyReader, bodyStore } from '../../src/store/capture-writer.ts';
import { createDatabase } from '../../src/store/open-database.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const db = createDatabase(join(tempFolder(), 'bodies.sqlite'));
const bodies = bodyStore(db);
const read = bodyReader(db);

test('whatever is put comes back byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      const id = bodies.put(bytes);
      assert.ok(id !== null);
      assert.deepEqual(new Uint8Array(read(id) ?? []), bytes);
    }),
  );
});

test('equal bodies are stored once, also when they are views on larger memory', () => {
  const bytes = Buffer.from(`xx${'你好'.repeat(500)}xx`).subarray(2, -2);
  const id = bodies.put(bytes);
  assert.equal(bodies.put(new Uint8Array(bytes)), id);
  assert.deepEqual(Buffer.from(read(id ?? 0) ?? []), bytes);
  const row = db.prepare('SELECT codec, size_bytes, length(data) AS stored FROM bodies WHERE id = ?').get(id);
  const { codec, size_bytes, stored } = row as { codec: string; size_bytes: number; stored: number };
  assert.deepEqual([codec, size_bytes], ['zstd', 3_000]);
  assert.ok(stored < 200);
});

test('no body has no key, an unknown key has no body', () => {
  assert.equal(bodies.put(null), null);
  assert.equal(read(999_999), null);
});
