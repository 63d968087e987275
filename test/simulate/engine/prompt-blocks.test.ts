import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { promptBlocks } from '../../../src/simulate/engine/prompt-blocks.ts';

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

test('pieces of text are separated: the same letters cut elsewhere are another prompt', () => {
  assert.notDeepEqual(promptBlocks(['ab', 'c'], '', 2), promptBlocks(['a', 'bc'], '', 2));
  assert.deepEqual(promptBlocks(['ab', 'c'], '', 2), promptBlocks(['ab', 'c', 'd'], '', 2));
});

test('100,000 blocks do not collide', () => {
  const tokens = Array.from({ length: 100_000 }, (_, i) => i % 7);
  assert.equal(new Set(promptBlocks(tokens, '', 1)).size, 100_000);
});
