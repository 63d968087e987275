import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accepted, refused } from '../../helpers/simulated-answer.ts';

const long = (tokens: number): object => ({ messages: [{ role: 'user', content: ' a'.repeat(tokens - 6) }] });

test('0.8.5 refuses a limit that does not fit, later servers cut it', () => {
  const body = { ...long(990), max_tokens: 11 };
  assert.deepEqual(refused(body, 'v0.8.5'), {
    kind: 'too long',
    promptTokens: 990,
    maxTokens: 11,
    maxModelLen: 1_000,
  });
  assert.equal(accepted({ ...long(990), max_tokens: 10 }, 'v0.8.5').maxTokens, 10);
  assert.equal(accepted(body, 'v0.32').maxTokens, 10);
  assert.equal(accepted({ ...long(990), max_tokens: 5_000 }, 'rust').maxTokens, 10);
});

test('a prompt that fills the context is refused by all', () => {
  for (const dialect of ['v0.8.5', 'rust'] as const) {
    assert.equal(refused(long(1_000), dialect).kind, 'too long');
    assert.equal(accepted(long(999), dialect).room, 1);
  }
  assert.deepEqual(refused(long(1_000), 'v0.32'), { kind: 'out of range', field: 'max_tokens', value: 0 });
  assert.equal(refused(long(1_001), 'v0.32').kind, 'too long');
});

test('0.32 refuses a limit beyond the context, and a text beyond what so many tokens can hold', () => {
  assert.deepEqual(refused({ max_completion_tokens: 1_001 }), {
    kind: 'limit over context',
    field: 'max_completion_tokens',
    value: 1_001,
    maxModelLen: 1_000,
  });
  assert.equal(refused({ messages: [{ role: 'user', content: 'a'.repeat(128_001) }] }).kind, 'far too long');
});
