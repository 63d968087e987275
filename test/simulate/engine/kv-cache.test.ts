import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../../src/model/user-error.ts';
import {
  type BlockTable,
  createKvCache,
  kvBlocks,
  promptBlocks,
} from '../../../src/simulate/engine/kv-cache.ts';
import { A40_14B, H100_8B } from '../../../src/simulate/profiles/profiles.ts';

test('blocks are found by their hashes, from the first on, even when no request holds them', () => {
  const cache = createKvCache(8, 16);
  const table: BlockTable = [];
  assert.ok(cache.extend(table, 3, [], 0));
  cache.store(table, [10, 11, 12], 0, 2);
  assert.equal(cache.find([10, 11, 12], 3), 2);
  assert.equal(cache.find([10, 11, 12], 1), 1);
  assert.equal(cache.find([99, 11], 2), 0);
  const [first, second] = table;
  cache.release(table);
  assert.equal(cache.free, 8);
  const other: BlockTable = [];
  assert.ok(cache.extend(other, 3, [10, 11, 77], 2));
  assert.deepEqual(other.slice(0, 2), [first, second]);
  assert.equal(cache.free, 5);
});

test('content goes the least recently used first, the tail of a prefix before its head, and blocks without any before all', () => {
  const cache = createKvCache(5, 1);
  const [old, young]: BlockTable[] = [[], []];
  cache.extend(old ?? [], 2, [], 0);
  cache.store(old ?? [], [1, 2], 0, 2);
  cache.extend(young ?? [], 2, [], 0);
  cache.store(young ?? [], [3, 4], 0, 2);
  cache.release(old ?? []);
  cache.release(young ?? []);
  const left = (): number[] => [1, 2, 3, 4].filter((hash) => cache.find([hash], 1) === 1);
  const taker: BlockTable = [];
  const steps = [1, 2, 3, 4].map((length) => {
    cache.extend(taker, length, [], 0);
    return left();
  });
  assert.deepEqual(steps, [[1, 2, 3, 4], [1, 3, 4], [3, 4], [3]]);
});

test('it is all or nothing: cached blocks that are free count among those that are needed', () => {
  const cache = createKvCache(3, 1);
  const table: BlockTable = [];
  cache.extend(table, 2, [], 0);
  cache.store(table, [1, 2], 0, 2);
  cache.release(table);
  assert.equal(cache.fits([], 4, [1, 2], 2), false);
  assert.equal(cache.extend([], 4, [1, 2], 2), false);
  assert.equal(cache.free, 3);
  assert.ok(cache.extend([], 3, [1, 2], 2));
});

test('a reset drops all content, but only when no request holds a block', () => {
  const cache = createKvCache(4, 1);
  const table: BlockTable = [];
  cache.extend(table, 1, [], 0);
  cache.store(table, [1], 0, 1);
  assert.equal(cache.reset(), false);
  assert.equal(cache.find([1], 1), 1);
  cache.release(table);
  assert.equal(cache.reset(), true);
  assert.equal(cache.find([1], 1), 0);
});

test('whatever comes, no block is lost, nor given to two but by its hash, and what is found is what was stored', () => {
  const CAPACITY = 12;
  // A prefix is a path in a small tree, so that sequences share some of it: hash i of path p names p's first i + 1 digits.
  const path = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 });
  const hashesOf = (digits: readonly number[]): number[] =>
    digits.map((_, i) => Number(`1${digits.slice(0, i + 1).join('')}`));
  const command = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), path, whole: fc.boolean() }),
    fc.record({ kind: fc.constant('drop' as const), which: fc.nat(20) }),
    fc.record({ kind: fc.constant('reset' as const) }),
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const cache = createKvCache(CAPACITY, 1);
      const tables: { table: BlockTable; hashes: number[] }[] = [];
      const content = new Map<number, number>();
      for (const step of commands) {
        if (step.kind === 'add') {
          const hashes = hashesOf(step.path);
          const cached = cache.find(hashes, hashes.length);
          const table: BlockTable = [];
          if (cache.extend(table, hashes.length, hashes, cached)) {
            for (let i = 0; i < cached; i++) assert.equal(content.get(table[i] ?? -1), hashes[i]);
            for (const block of table.slice(cached)) content.delete(block);
            const stored = step.whole ? hashes.length : cached;
            cache.store(table, hashes, cached, stored);
            for (let i = cached; i < stored; i++) content.set(table[i] ?? -1, hashes[i] ?? 0);
            tables.push({ table, hashes });
          }
        } else if (step.kind === 'drop') {
          const [gone] = tables.splice(step.which % Math.max(1, tables.length), 1);
          if (gone !== undefined) cache.release(gone.table);
        } else if (cache.reset()) content.clear();
        const held = new Set(tables.flatMap(({ table }) => table));
        assert.equal(cache.free, CAPACITY - held.size);
        for (const block of held) {
          const owners = tables.filter(({ table }) => table.includes(block));
          const place = new Set(owners.map(({ table, hashes }) => hashes[table.indexOf(block)]));
          assert.equal(place.size, 1, `block ${block} has two contents`);
          if (owners.length > 1) assert.ok(content.has(block), `block ${block} is shared without content`);
        }
      }
    }),
  );
});

test('the A40 holds some 60,000 tokens beside its weights, the H100 some 450,000', () => {
  const tokens = ({ memory, limits, maxModelLen }: typeof A40_14B): number =>
    kvBlocks(memory, limits.gpuMemoryUtilization, maxModelLen) * memory.blockSize;
  // (0.9 x 44.4 - 27.5 - 1.5) GiB / 196,608 bytes.
  assert.equal(tokens(A40_14B), Math.floor(((0.9 * 44.4 - 29) * 2 ** 30) / 196_608 / 16) * 16);
  assert.ok(Math.abs(tokens(A40_14B) - 60_000) < 1_000);
  assert.ok(Math.abs(tokens(H100_8B) - 453_000) < 5_000, String(tokens(H100_8B)));
});

test('a cache too small for the longest request is the user’s to mend', () => {
  assert.throws(
    () => kvBlocks(A40_14B.memory, 0.7, 32_768),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /--gpu-memory-utilization 0.7 leaves room for 11\d\d\d tokens.*32768.*--max-model-len/,
      );
      return true;
    },
  );
  assert.throws(() => kvBlocks(A40_14B.memory, 0.1, 1), /room for 0 tokens/);
});

test('whole blocks only, and equal exactly as far as the prompts and salts are equal', () => {
  const tokens = fc.array(fc.integer({ min: 0, max: 150_000 }), { maxLength: 200 });
  fc.assert(
    fc.property(tokens, tokens, tokens, fc.integer({ min: 1, max: 32 }), (prefix, x, y, blockSize) => {
      const one = promptBlocks([...prefix, ...x], '', blockSize);
      const other = promptBlocks([...prefix, ...y], '', blockSize);
      assert.equal(one.length, Math.floor((prefix.length + x.length) / blockSize));
      const same = [...prefix, ...x].findIndex((token, i) => token !== [...prefix, ...y][i]);
      const common = same === -1 ? prefix.length + x.length : same;
      const equal = one.findIndex((hash, i) => hash !== other[i]);
      assert.equal(equal === -1 ? one.length : equal, Math.floor(common / blockSize));
      const salted = promptBlocks([...prefix, ...x], 'salt', blockSize);
      assert.ok(salted.every((hash, i) => hash !== one[i] && Number.isSafeInteger(hash)));
    }),
  );
});

test('100,000 blocks do not collide', () => {
  const tokens = Array.from({ length: 100_000 }, (_, i) => i % 7);
  assert.equal(new Set(promptBlocks(tokens, '', 1)).size, 100_000);
});
