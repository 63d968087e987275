import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { bodyReader, bodyStore } from '../../src/store/capture-writer.ts';
import { DamagedValueError } from '../../src/store/damaged-value-error.ts';
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

test('a bomb, a wrong size and invalid zstd are refused before they cost memory', () => {
  const add = db.prepare(
    'INSERT INTO bodies (sha256, codec, size_bytes, data) VALUES (randomblob(32), ?, ?, ?)',
  );
  const put = (codec: string, size: number, data: Uint8Array): number =>
    Number(add.run(codec, size, data).lastInsertRowid);
  const packed = zstdCompressSync(Buffer.alloc(64 * 1024 * 1024));
  const cases: readonly (readonly [number, RegExp])[] = [
    [put('zstd', 64 * 1024 * 1024, packed), /grows from \d+ to 67108864 bytes/],
    [put('zstd', 2 ** 40, packed), /grows from/],
    [put('zstd', 100, packed), /Cannot create a Buffer larger than 100 bytes|has not the 100 bytes/],
    [put('zstd', 1e6, zstdCompressSync(Buffer.alloc(10))), /has not the 1000000 bytes/],
    [put('zstd', 10, Buffer.from('no zstd')), /^body \d+: /],
    [put('zstd', -1, packed), /is not a body/],
    [put('gzip', 10, Buffer.from('x')), /is not a body/],
  ];
  for (const [id, words] of cases) {
    assert.throws(
      () => read(id),
      (error) => error instanceof DamagedValueError && words.test(error.message),
    );
  }
});

test('many bodies that grow a thousandfold are refused together', () => {
  const insert = db.prepare(
    "INSERT INTO bodies (sha256, codec, size_bytes, data) VALUES (randomblob(32), 'zstd', ?, ?)",
  );
  const size = 32 * 1024 * 1024;
  const id = Number(insert.run(size, zstdCompressSync(Buffer.alloc(size))).lastInsertRowid);
  const fresh = bodyReader(db);
  let times = 0;
  assert.throws(() => {
    for (; times < 100; times++) fresh(id);
  }, /grows from/);
  assert.ok(times < 30, `${times}`);
});
