import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exchangesOf, readAs, skipsOf, sniffed } from '../../helpers/read-format.ts';

/** The bodies that a file holds. */
function bodies(...args: Parameters<typeof readAs>): readonly string[] {
  return exchangesOf(readAs(...args)).map(({ request }) =>
    request.kind === 'body' ? Buffer.from(request.bytes).toString() : '',
  );
}

test('bodies keep their very bytes in every format that holds them', () => {
  const spaces = fc.constantFrom('', ' ', '  ', '\t');
  const body = fc
    .tuple(
      spaces,
      fc.constantFrom('1.0', '12345678901234567890', '-0', '1E5'),
      fc.string({ unit: 'grapheme' }),
    )
    .map(
      ([space, number, text]) =>
        `{${space}"model":${space}"m",${space}"messages":[${JSON.stringify(text)}],"x":${number}${space}}`,
    );
  fc.assert(
    fc.property(body, (text) => {
      assert.deepEqual(bodies('raw', `${text}\n`), [text]);
      assert.deepEqual(bodies('raw', `[${text},${text}]`), [text, text]);
      assert.deepEqual(bodies('raw', `{"timestamp":1,"body":${text}}`), [text]);
      assert.deepEqual(bodies('raw', `{"timestamp":1,"body":${JSON.stringify(text)}}`), [text]);
      assert.deepEqual(
        bodies('openai-batch', `{"url":"/v1/chat/completions","custom_id":"a","body":${text}}`),
        [text],
      );
      assert.deepEqual(bodies('mooncake', `{"timestamp":1,"payload":${text} }`), [text]);
      assert.deepEqual(bodies('helicone', `{"request_created_at":"2026-01-01","request_body":${text}}`), [
        text,
      ]);
    }),
  );
});

test('values put behind one another are bodies each, be it on one line or behind a mark', () => {
  const one = '{"model":"m","messages":[],"n":1.0}';
  const [mark, separator] = ['\ufeff', '\x1e'];
  const text = `${one}\n${one}${one}\n${mark}${one}\n${separator}${one}\n${one}cut{\n`;
  assert.deepEqual(bodies('raw', text), Array(5).fill(one));
  assert.deepEqual(skipsOf(readAs('raw', text)), ['notJson']);
  const array = `[${one},${one}]`;
  assert.deepEqual(bodies('raw', `${one}\n${array}\n[${array}]\n`), Array(5).fill(one));
  const pretty = JSON.stringify(JSON.parse(one), null, 2);
  assert.equal(bodies('raw', `${pretty}\n${mark}${pretty}\n`).length, 2);
});

test('a body with lists that are records elsewhere is a body', () => {
  const body = { model: 'm', messages: [], data: [{ a: 1 }], spans: [{}], log: { entries: [{}] } };
  for (const indent of [0, 2]) {
    const text = JSON.stringify(body, null, indent);
    assert.equal(sniffed(text), 'raw');
    assert.deepEqual(bodies('raw', text), [text]);
    assert.equal(bodies('raw', `[${text}, ${text}]`).length, 2);
  }
});

test("ShareGPT's turns may have OpenAI's members, and instructions beside them", () => {
  const turns = [
    { from: 'Human', value: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
  ];
  const [, last] = bodies('sharegpt', JSON.stringify([{ system: 's', conversations: turns }]));
  assert.deepEqual(
    JSON.parse(last ?? '').messages.map(({ content }: { content: string }) => content),
    ['s', 'a', 'b', 'c'],
  );
});

test('a row of messages keeps its model, numbers of a trace may be texts, and ids of blocks as well', () => {
  const [row] = bodies('mooncake', '{"messages":[],"model":"m","output_length":"5","timestamp":"1"}');
  assert.deepEqual(JSON.parse(row ?? ''), { model: 'm', messages: [], max_tokens: 5 });
  const text = '{"timestamp":"1.5","input_length":"600","output_length":"2","hash_ids":["a","b"]}';
  const [one] = exchangesOf(readAs('mooncake', text));
  assert.ok(one?.request.kind === 'lengths');
  assert.deepEqual([one.arrivedUs, one.request.maxTokens], [1_500, 2]);
  assert.equal(new Set(one.request.parts.map(({ number }) => number)).size, 2);
});

test('a prompt whose images lie elsewhere is no whole request', () => {
  const rows = ['{"prompt":"a"}', '{"prompt":"b","image_files":["x.png"]}'].join('\n');
  assert.deepEqual(skipsOf(readAs('vllm-custom', rows)), ['noBody']);
});

test('the path of a plain body follows from its members', () => {
  const paths = (text: string) =>
    exchangesOf(readAs('raw', text)).map(({ request }) => (request.kind === 'body' ? request.path : ''));
  assert.deepEqual(paths('{"model":"m","messages":[]}'), ['/v1/chat/completions']);
  assert.deepEqual(paths('{"model":"m","messages":[],"system":"s","max_tokens":5}'), ['/v1/messages']);
  assert.deepEqual(paths('{"model":"m","prompt":[1,2]}'), ['/v1/completions']);
  assert.deepEqual(paths('{"model":"m","input":[{}]}'), ['/v1/responses']);
});

test('a member that no API has is named', () => {
  const [one] = exchangesOf(readAs('raw', '{"model":"m","messages":[],"timestamp":5}'));
  assert.deepEqual([one?.stray, one?.arrivedUs], ['timestamp', null]);
});

test('a delay counts from the row of the session before; without one there is no time', () => {
  const rows = [
    { session_id: 'a', timestamp: 100, messages: [] },
    { session_id: 'a', delay: 50.5, messages: [] },
    { session_id: 'b', delay: 50, messages: [] },
    { session_id: 'a', delay: 1, messages: [] },
  ];
  const found = exchangesOf(readAs('mooncake', rows.map((row) => JSON.stringify(row)).join('\n')));
  assert.deepEqual(
    found.map(({ arrivedUs }) => arrivedUs),
    [100_000, 150_500, null, 151_500],
  );
});

test('blocks share by their ids, the last one partly, and what no block covers is of the row alone', () => {
  const rows = [
    { timestamp: 0, input_length: 1_000, output_length: 1, hash_ids: [7, 8] },
    { timestamp: 0, input_length: 600, output_length: 1, hash_ids: [7] },
    { timestamp: 0, input_length: 100, output_length: 0, hash_ids: [7] },
  ];
  const records = readAs('mooncake', rows.map((row) => JSON.stringify(row)).join('\n'));
  const parts = exchangesOf(records).map(({ request }) =>
    request.kind === 'lengths'
      ? request.parts.map(({ seed, length, isShared }) => [seed, length, isShared])
      : [],
  );
  assert.deepEqual(parts, [
    [
      ['block 7', 512, true],
      ['block 8', 488, true],
    ],
    [
      ['block 7', 512, true],
      ['own 1', 88, false],
    ],
  ]);
  assert.deepEqual(skipsOf(records), ['noOutput']);
});

test('the sessions of an inputs.json of aiperf have a body for each turn, byte for byte', () => {
  const turn = (text: string) =>
    `{ "messages": [{"role":"user","content":"${text}"}], "model":"m", "temperature": 1.0 }`;
  const file = `{\n "data": [\n  {"session_id":"a","payloads":[${turn('1')},\n${turn('2')}]},\n {"session_id":"b","payloads":[${turn('3')},7]}]}`;
  assert.equal(sniffed(file), 'raw');
  const records = readAs('raw', file);
  assert.deepEqual(
    exchangesOf(records).map(({ request, session }) => [
      session,
      request.kind === 'body' ? Buffer.from(request.bytes).toString() : null,
    ]),
    [
      ['a', turn('1')],
      ['a', turn('2')],
      ['b', turn('3')],
    ],
  );
});
