import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FREE_LENGTHS } from '../../../src/chat/pin-length.ts';
import { rewriteBody } from '../../../src/chat/rewrite-request.ts';
import { SKIP_REASONS } from '../../../src/replay/plan/replayable.ts';
import { chineseChange, chineseSkip } from '../../../src/report/messages/chinese-changes.ts';

const CHINESE = /[\u4e00-\u9fff]/;

/** All changes that a rewriting can make, as a run keeps their names. */
function everyChange(): readonly string[] {
  const recorded = {
    outcome: 'ok',
    completionTokens: 5,
    tokenSource: 'usage',
    finishReason: 'length',
  } as const;
  const body = {
    model: 'a',
    max_completion_tokens: 9,
    min_tokens: 8,
    request_id: 'x',
    kv_transfer_params: {},
    ec_transfer_params: {},
  };
  const all = (['keep', 'on', 'off'] as const).flatMap((stream) =>
    (['final', 'continuous'] as const).flatMap((usage) =>
      [body, { ...body, stream: true, stream_options: {} }].flatMap((document) => {
        const bytes = new TextEncoder().encode(JSON.stringify(document));
        const models = { renamed: new Map(), others: 'b' };
        const options = { lengths: 'pinned', models, stream, usage, salt: true } as const;
        return rewriteBody({ path: '/v1/chat/completions', bytes, document }, recorded, options).changes;
      }),
    ),
  );
  return [...new Set(all)];
}

test('every reason why an exchange is left out', () => {
  for (const reason of SKIP_REASONS) assert.match(chineseSkip(reason), CHINESE, reason);
  assert.equal(chineseSkip('of another version'), 'of another version');
});

test('every change, and why a length is free', () => {
  const changes = everyChange();
  assert.equal(changes.length, 13, changes.join('\n'));
  for (const change of [...changes, ...FREE_LENGTHS.map((why) => `length not pinned: ${why}`)]) {
    const said = chineseChange(change);
    assert.match(said, CHINESE, change);
    assert.doesNotMatch(said, /body|pinned/, change);
  }
  assert.equal(chineseChange('of another version'), 'of another version');
});
