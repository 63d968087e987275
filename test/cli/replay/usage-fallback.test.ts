import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusesUsage, withoutUsage } from '../../../src/cli/replay/usage-fallback.ts';
import { givenReplay } from '../../helpers/given-options.ts';

test('a refusal is about usage when it names a field that asks for it', () => {
  const refuses = (status: number, words: string): boolean => refusesUsage({ status, words });
  assert.ok(refuses(400, '{"error":{"message":"Unrecognized request argument supplied: stream_options"}}'));
  assert.ok(refuses(422, '{"detail":"extra field include_usage"}'));
  assert.ok(!refuses(400, '{"error":{"message":"Unrecognized request argument supplied: ignore_eos"}}'));
  assert.ok(!refuses(500, 'stream_options'));
});

test('only the default is left out: an explicit option is kept', () => {
  const settings = givenReplay({});
  assert.equal(settings.requests.rewrite.usage, 'final');
  const without = withoutUsage(settings);
  assert.deepEqual([without?.requests.rewrite.usage, without?.send.usage], ['none', 'none']);
  assert.equal(without === null ? null : withoutUsage(without), null);
  for (const usage of ['final', 'keep', 'continuous', 'none']) {
    assert.equal(withoutUsage(givenReplay({ usage })), null, usage);
  }
});
