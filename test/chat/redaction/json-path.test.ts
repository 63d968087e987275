import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeAt, parseJsonPath } from '../../../src/chat/redaction/redact-body.ts';

test('paths as people write them', () => {
  assert.deepEqual(parseJsonPath('messages[*].content'), ['messages', '*', 'content']);
  assert.deepEqual(parseJsonPath('$.metadata.user-id'), ['metadata', 'user-id']);
  assert.deepEqual(parseJsonPath('$[0].*'), ['0', '*']);
  for (const word of ['', '$', 'a..b', 'a[b]', 'a[', '.a.']) assert.equal(parseJsonPath(word), null, word);
});

test('every place that the path leads to is changed, and no other', () => {
  const document = { a: [{ b: 1, c: 2 }, { b: 3 }, 'x', null], b: 4 };
  changeAt(document, ['a', '*', 'b'], (value) => (value as number) * 10);
  assert.deepEqual(document, { a: [{ b: 10, c: 2 }, { b: 30 }, 'x', null], b: 4 });
  changeAt(document, ['toString'], () => 'never');
  changeAt(document, ['b', 'c'], () => 'never');
  assert.equal(JSON.stringify(document).includes('never'), false);
});
