import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../../src/model/user-error.ts';
import { kvBlocks } from '../../../src/simulate/engine/kv-capacity.ts';
import { A40_14B } from '../../../src/simulate/profiles/a40-14b.ts';
import { H100_8B } from '../../../src/simulate/profiles/h100-8b.ts';

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
