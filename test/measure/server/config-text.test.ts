import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfigText } from '../../../src/measure/server/config-text.ts';

test('a configuration of vLLM 0.8.5: commas in brackets and quotes belong to values', () => {
  const text =
    'model=\'a, b\', dtype=torch.bfloat16, quantization=None, seed=0, sizes=[1, 2], scheduler_config={"max_num_seqs":128}';
  assert.deepEqual(parseConfigText(text), {
    model: 'a, b',
    dtype: 'torch.bfloat16',
    quantization: null,
    seed: 0,
    sizes: [1, 2],
    scheduler_config: { max_num_seqs: 128 },
  });
});

test('any other text is not a configuration', () => {
  for (const text of ['', 'a=1', 'hello, world', 'a=1, b', 'a=1]']) assert.equal(parseConfigText(text), null);
});
