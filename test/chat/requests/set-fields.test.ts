import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createBodyDraft } from '../../../src/chat/requests/body-draft.ts';
import { type RewriteOptions, rewriteBody } from '../../../src/chat/requests/rewrite-request.ts';
import { parseFieldSetting, setFields } from '../../../src/chat/requests/set-fields.ts';
import { parseObject } from '../../../src/model/json.ts';

function settingOf(text: string) {
  const setting = parseFieldSetting(text);
  assert.ok(typeof setting === 'object', `${text}: ${setting}`);
  return setting;
}

function changed(text: string, ...settings: readonly string[]) {
  const draft = createBodyDraft(Buffer.from(text), parseObject(text) ?? {});
  setFields(draft, settings.map(settingOf));
  const { bytes, changes } = draft.finish();
  return { text: Buffer.from(bytes).toString(), changes: changes.map(({ kind }) => kind) };
}

function sent(text: string, settings: readonly string[], options: Partial<RewriteOptions> = {}) {
  const models = { renamed: new Map(), others: null };
  const recorded = { path: '/v1/chat/completions', bytes: Buffer.from(text), document: parseObject(text) };
  const ended = { outcome: 'ok', completionTokens: 7, tokenSource: 'usage', finishReason: 'stop' } as const;
  const none = { lengths: 'free', models, stream: 'keep', usage: 'keep', salt: false } as const;
  const body = rewriteBody(recorded, ended, { ...none, ...options, set: settings.map(settingOf) });
  return { ...body, document: JSON.parse(Buffer.from(body.bytes).toString()) };
}

test('paths: names, positions, quoted names, with or without $', () => {
  const paths = {
    'a=1': ['a'],
    '$.a.b=1': ['a', 'b'],
    'a[0].b[12]=1': ['a', 0, 'b', 12],
    'a["b.c=d]"].e=1': ['a', 'b.c=d]', 'e'],
    "$['x y']=1": ['x y'],
    'a["\\u0041\\""]=1': ['a', 'A"'],
  };
  for (const [text, path] of Object.entries(paths)) assert.deepEqual(settingOf(text).path, path, text);
});

test('an invalid path and an invalid JSON value are distinguished', () => {
  for (const text of ['', '=1', 'a', '[0]=1', 'a..b=1', 'a[=1', 'a[-1]=1', 'a[x]=1', '$=1', 'a["b]=1'])
    assert.equal(parseFieldSetting(text), 'noPath', text);
  for (const text of ['a=', 'a=me', "a='me'", 'a={', 'a=1 2'])
    assert.equal(parseFieldSetting(text), 'noValue', text);
});

test('a value is set or replaced, null removes, every other byte stays', () => {
  const body = '{ "seed": 12345678901234567890, "o": {"x": 1.10, "y":2}, "l":[1,{"t":"a"}] }';
  assert.equal(changed(body, 'seed=1.00').text, body.replace('12345678901234567890', '1.00'));
  assert.equal(changed(body, 'o.y=null').text, body.replace('{"x": 1.10, "y":2}', '{"x":1.10}'));
  assert.equal(changed(body, 'l[1].t="b"').text, body.replace('[1,{"t":"a"}]', '[1,{"t":"b"}]'));
  assert.equal(changed(body, 'l[0]=null').text, body.replace('[1,{"t":"a"}]', '[{"t":"a"}]'));
  assert.equal(
    changed(body, 'o.z.w=true').text,
    body.replace('"y":2}', '"y":2,"z":{"w":true}}').replace('x": ', 'x":').replace(', "y"', ',"y"'),
  );
  assert.deepEqual(changed('{"a":1}', 'b=null', 'c.d=null', 'a=1'), { text: '{"a":1}', changes: [] });
});

test('later settings see earlier ones; a place that is not there is noted', () => {
  assert.equal(
    changed('{}', 'a.b=1', 'a.c=20000000000000000001').text,
    '{"a":{"b":1,"c":20000000000000000001}}',
  );
  assert.equal(changed('{}', 'a={}', 'a.b=1', 'c=1', 'c=2').text, '{"a":{"b":1},"c":2}');
  assert.deepEqual(changed('{"l":[1],"s":"x"}', 'l[2]=1', 's.a=1', 'l[1]=null'), {
    text: '{"l":[1],"s":"x"}',
    changes: ['fieldMissing', 'fieldMissing', 'fieldMissing'],
  });
});

test('a name such as __proto__ is a name', () => {
  assert.equal(changed('{"a":{}}', 'a.__proto__=1').text, '{"a":{"__proto__":1}}');
});

test('a field that was set is touched by nothing else', () => {
  const stream = '{"model":"m","stream":true,"max_tokens":50}';
  const none = sent(stream, ['stream_options=null'], { usage: 'final' });
  assert.equal('stream_options' in none.document, false);
  assert.deepEqual(none.changes, []);
  const off = sent(stream, ['stream_options.include_usage=false'], { usage: 'final' });
  assert.deepEqual(off.document.stream_options, { include_usage: false });
  const more = sent(stream, ['stream_options.x=1'], { usage: 'final' });
  assert.deepEqual(more.document.stream_options, { x: 1, include_usage: true });
  const named = sent(stream, ['model="mine"', 'request_id="r"'], {
    models: { renamed: new Map(), others: 'other' },
  });
  assert.deepEqual([named.document.model, named.document.request_id], ['mine', 'r']);
  const salted = sent(stream, ['cache_salt=5'], { salt: true });
  assert.deepEqual([salted.document.cache_salt, salted.saltAt], [5, null]);
});

test('lengths count as asked for only where the finished body asks for them', () => {
  const pinned = { lengths: 'pinned' } as const;
  const body = '{"max_tokens":50}';
  assert.equal(sent(body, ['temperature=0'], pinned).askedTokens, 7);
  assert.equal(sent(body, ['max_tokens=9'], pinned).askedTokens, null);
  assert.equal(sent(body, ['ignore_eos=null'], pinned).askedTokens, null);
  assert.equal(sent(body, ['n=2'], pinned).freeLength, 'severalAnswers');
  assert.equal(sent('{"n":2}', ['n=null'], pinned).freeLength, null);
});

test('a stream that is set decides about usage', () => {
  assert.deepEqual(sent('{"stream":true}', ['stream=false'], { usage: 'final' }).document, { stream: false });
  assert.equal(sent('{}', ['stream=true'], { usage: 'final' }).streams, true);
});

test('any value at any name comes back from the bytes, and the rest is as it was', () => {
  const name = fc.stringMatching(/^[a-z_]{1,6}$/);
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue()), name, name, fc.jsonValue(), (body, a, b, value) => {
      fc.pre(value !== null);
      const json = JSON.stringify(body);
      const flat = JSON.parse(changed(json, `${a}=${JSON.stringify(value)}`).text);
      assert.deepEqual(flat, JSON.parse(JSON.stringify({ ...JSON.parse(json), [a]: value })));
      const twice = changed(json, `${a}=null`, `${a}.${b}=${JSON.stringify(value)}`).text;
      assert.deepEqual(
        JSON.parse(twice)[a] ?? null,
        a in JSON.parse(twice) ? JSON.parse(JSON.stringify({ [b]: value })) : null,
      );
    }),
  );
});
