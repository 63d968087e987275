import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BodyDraft, createBodyDraft } from '../../../src/chat/requests/body-draft.ts';

const EDIT = { kind: 'modelRenamed' } as const;

function finished(text: string, change: (draft: BodyDraft) => void) {
  const draft = createBodyDraft(Buffer.from(text), JSON.parse(text));
  change(draft);
  const { bytes, ...rest } = draft.finish();
  return { text: Buffer.from(bytes).toString(), ...rest };
}

test('an untouched draft gives the very same bytes, also when what is set is there already', () => {
  const bytes = Buffer.from('{ "n" : 1, "o":{"a":true} }');
  const draft = createBodyDraft(bytes, JSON.parse(bytes.toString()));
  draft.set('n', 1, EDIT);
  draft.set('o', { a: true }, EDIT);
  draft.remove('none', EDIT);
  assert.equal(draft.finish().bytes, bytes);
  assert.deepEqual(draft.finish().changes, []);
});

test('changes are named in order and seen by the next', () => {
  const result = finished('{"a":1,"b":2}', (draft) => {
    draft.set('a', 5, { kind: 'fieldLowered', field: 'a' });
    draft.remove('b', { kind: 'fieldRemoved', field: 'b' });
    assert.deepEqual([draft.get('a'), draft.get('b')], [5, undefined]);
    draft.set('b', 3, { kind: 'lengthPinned', field: 'b' });
  });
  assert.deepEqual(
    [result.text, result.slotAt, result.changes.map(({ kind }) => kind)],
    ['{"a":5,"b":3}', null, ['fieldLowered', 'fieldRemoved', 'lengthPinned']],
  );
});

test('a slot is a string, new or kept, and its place is right behind the quote', () => {
  const fill = ({ text, slotAt }: { text: string; slotAt: number | null }): unknown =>
    JSON.parse(`${text.slice(0, slotAt ?? 0)}run 1 ${text.slice(slotAt ?? 0)}`);
  const open = (draft: BodyDraft): void => draft.openSlot('salt', EDIT);
  assert.deepEqual(fill(finished('{"a":1}', open)), { a: 1, salt: 'run 1 ' });
  assert.deepEqual(fill(finished('{}', open)), { salt: 'run 1 ' });
  assert.deepEqual(fill(finished('{"salt":"x\\"y","a":1}', open)), { salt: 'run 1 x"y', a: 1 });
  assert.deepEqual(fill(finished('{"salt":null,"a":1}', open)), { salt: 'run 1 ', a: 1 });
});
