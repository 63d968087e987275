import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RecordedLength } from '../../../src/chat/requests/pin-length.ts';
import { type RewriteOptions, rewriteBody } from '../../../src/chat/requests/rewrite-request.ts';
import { parseObject } from '../../../src/model/json.ts';

const CHAT = '/v1/chat/completions';
const ENDED: RecordedLength = {
  outcome: 'ok',
  completionTokens: 7,
  tokenSource: 'usage',
  finishReason: 'stop',
};
const NO_CHANGE: RewriteOptions = {
  lengths: 'free',
  models: { renamed: new Map(), others: null },
  stream: 'keep',
  usage: 'keep',
  salt: false,
  set: [],
};

function rewritten(text: string, options: Partial<RewriteOptions> = {}, path = CHAT) {
  const recorded = { path, bytes: Buffer.from(text), document: parseObject(text) };
  const { bytes, ...rest } = rewriteBody(recorded, ENDED, { ...NO_CHANGE, ...options });
  return { text: Buffer.from(bytes).toString(), same: bytes === recorded.bytes, ...rest };
}

test('a body without a change stays the very same bytes', () => {
  const text = '{ "model" : "m",\n "seed": 12345678901234567890 }';
  assert.deepEqual(rewritten(text), {
    text,
    same: true,
    saltAt: null,
    streams: false,
    askedTokens: null,
    changes: [],
    freeLength: null,
  });
});

test('request ids and KV transfer addresses go, numbers keep every digit', () => {
  const { text, changes } = rewritten(
    '{"model":"m","seed":12345678901234567890,"x":1.10,"request_id":"r","kv_transfer_params":{"a":1}}',
  );
  assert.equal(text, '{"model":"m","seed":12345678901234567890,"x":1.10}');
  assert.deepEqual(changes, [
    { kind: 'fieldRemoved', field: 'request_id' },
    { kind: 'fieldRemoved', field: 'kv_transfer_params' },
  ]);
});

test('a field name inside a text is not a field', () => {
  const text =
    '{"messages":[{"content":"say \\"request_id\\" or {\\"request_id\\":1}"}],"a":"\\"request_id\\""}';
  assert.equal(rewritten(text).same, true);
});

test('models: one name for all, a map for some, a map with a name for the rest', () => {
  const both = { renamed: new Map([['a', 'A']]), others: 'B' };
  const rename = (text: string, models: RewriteOptions['models']): string => rewritten(text, { models }).text;
  assert.equal(rename('{"model":"a"}', { renamed: new Map(), others: 'x' }), '{"model":"x"}');
  assert.equal(rename('{"n":1}', { renamed: new Map(), others: 'x' }), '{"n":1,"model":"x"}');
  assert.equal(rename('{"model":"a"}', both), '{"model":"A"}');
  assert.equal(rename('{"model":"b"}', both), '{"model":"B"}');
  assert.equal(rename('{"model":"b"}', { ...both, others: null }), '{"model":"b"}');
  assert.deepEqual(rewritten('{"model":"a"}', { models: both }).changes, [{ kind: 'modelRenamed' }]);
});

test('streams are turned off with their options, and on where the server can', () => {
  const streamed = '{"stream":true,"stream_options":{"include_usage":true},"n":1}';
  const off = rewritten(streamed, { stream: 'off', usage: 'final' });
  assert.deepEqual([off.text, off.streams], ['{"stream":false,"n":1}', false]);
  assert.deepEqual(off.changes, [
    { kind: 'flagSet', field: 'stream', value: false },
    { kind: 'fieldRemoved', field: 'stream_options' },
  ]);
  assert.deepEqual(rewritten('{"stream":false}', { stream: 'off' }).same, true);
  const on = rewritten('{"n":1}', { stream: 'on' });
  assert.deepEqual([on.text, on.streams], ['{"n":1,"stream":true}', true]);
  assert.equal(rewritten(streamed, { stream: 'on' }).same, true);
  assert.equal(rewritten('{"prompt_logprobs":1}', { stream: 'on' }).streams, false);
});

test('usage is asked for in streams, beside what else their options say', () => {
  const ask = (text: string, usage: RewriteOptions['usage'], path = CHAT): string =>
    rewritten(text, { usage }, path).text;
  assert.equal(ask('{"stream":true}', 'final'), '{"stream":true,"stream_options":{"include_usage":true}}');
  assert.equal(ask('{"stream":true,"stream_options":{"include_usage":true}}', 'none'), '{"stream":true}');
  assert.equal(
    ask('{"stream_options":{"x":1,"include_usage":false},"stream":true}', 'continuous'),
    '{"stream_options":{"x":1,"include_usage":true,"continuous_usage_stats":true},"stream":true}',
  );
  const asked = '{"stream":true,"stream_options":{"include_usage":true,"continuous_usage_stats":true}}';
  assert.equal(ask(asked, 'final'), asked);
  assert.equal(ask('{"stream":false}', 'final'), '{"stream":false}');
  assert.equal(ask('{"stream":true}', 'final', '/v1/responses'), '{"stream":true}');
  assert.deepEqual(rewritten('{}', { stream: 'on', usage: 'final' }).changes, [
    { kind: 'flagSet', field: 'stream', value: true },
    { kind: 'usageRequested', usage: 'final' },
  ]);
});

test('pinned lengths are as recorded, or it is said why not', () => {
  const pinned = rewritten('{"max_tokens":99}', { lengths: 'pinned' });
  assert.equal(pinned.text, '{"max_tokens":7,"ignore_eos":true}');
  assert.deepEqual(pinned.changes, [
    { kind: 'lengthPinned', field: 'max_tokens' },
    { kind: 'flagSet', field: 'ignore_eos', value: true },
  ]);
  const free = rewritten('{"max_tokens":99,"n":2}', { lengths: 'pinned' });
  assert.deepEqual([free.same, free.freeLength], [true, 'severalAnswers']);
  assert.equal(rewritten('{"n":2}', { lengths: 'free' }).freeLength, null);
  assert.deepEqual(
    ['pinned', 'free'].map((lengths) => rewritten('{}', { lengths: lengths as 'free' }).askedTokens),
    [ENDED.completionTokens, null],
  );
});

test("a salt goes before the request's own, so that what was apart stays apart", () => {
  const salted = (text: string): unknown => {
    const { text: body, saltAt } = rewritten(text, { salt: true });
    return JSON.parse(`${body.slice(0, saltAt ?? 0)}run-7:${body.slice(saltAt ?? 0)}`).cache_salt;
  };
  assert.equal(salted('{"model":"m"}'), 'run-7:');
  assert.equal(salted('{"cache_salt":"tenant a","model":"m"}'), 'run-7:tenant a');
});

test('a body that is not an object is never changed', () => {
  const all: RewriteOptions = {
    lengths: 'pinned',
    models: { renamed: new Map(), others: 'x' },
    stream: 'on',
    usage: 'final',
    salt: true,
    set: [],
  };
  for (const text of ['{"request_id"', '[1]', '"x"', '']) {
    const { same, saltAt, changes } = rewritten(text, all);
    assert.deepEqual([same, saltAt, changes], [true, null, []], text);
  }
});

test('whatever the body holds, only what is named is changed', () => {
  const anyOptions: fc.Arbitrary<RewriteOptions> = fc.record({
    lengths: fc.constantFrom('pinned' as const, 'free' as const),
    models: fc.record({ renamed: fc.constant(new Map()), others: fc.option(fc.string(), { nil: null }) }),
    stream: fc.constantFrom('keep' as const, 'on' as const, 'off' as const),
    usage: fc.constantFrom('keep' as const, 'final' as const, 'continuous' as const),
    salt: fc.boolean(),
    set: fc.constant([]),
  });
  const fields = [
    'model',
    'max_tokens',
    'ignore_eos',
    'min_tokens',
    'stream',
    'stream_options',
    'cache_salt',
  ];
  const anyBody = fc
    .tuple(
      fc.dictionary(fc.string(), fc.jsonValue()),
      fc.dictionary(fc.constantFrom(...fields), fc.jsonValue()),
    )
    .map(([other, known]) => ({ ...other, ...known, request_id: 'x' }));
  fc.assert(
    fc.property(anyBody, anyOptions, (body, options) => {
      const { text } = rewritten(JSON.stringify(body), options);
      const rest = (document: object): object =>
        Object.fromEntries(
          Object.entries(document).filter(([key]) => ![...fields, 'request_id'].includes(key)),
        );
      const after = JSON.parse(text);
      assert.ok(!('request_id' in after));
      assert.deepEqual(rest(after), rest(JSON.parse(JSON.stringify(body))));
    }),
  );
});
