import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { systemFingerprint } from '../../../src/chat/answers/read-answer.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

test('of an answer in one piece, of a stream at its end, and none', () => {
  assert.equal(
    systemFingerprint(bytes('{"system_fingerprint":"vllm-0.32.0-a","choices":[]}')),
    'vllm-0.32.0-a',
  );
  const stream = `data: {"choices":[]}\n\n${'data: {"x":1}\n\n'.repeat(2_000)}data: {"system_fingerprint": "b"}\n\n`;
  assert.equal(systemFingerprint(bytes(stream)), 'b');
  assert.equal(systemFingerprint(bytes('{"system_fingerprint":null}')), null);
  assert.equal(systemFingerprint(new Uint8Array()), null);
});

test("of a real server's answers, as they came", () => {
  for (const name of ['nonstream', 'stream', 'stream_interval4']) {
    const file = new URL(`../../fixtures/vllm-0.32.0/${name}.http`, import.meta.url);
    assert.match(systemFingerprint(readFileSync(file)) ?? '', /^vllm-0\.32\.0/, name);
  }
});
