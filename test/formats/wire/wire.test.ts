import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHttpMessage } from '../../../src/formats/wire/http-message.ts';
import { readTnet, type Tnet, tnetPlace } from '../../../src/formats/wire/tnetstring.ts';
import { exchangesOf, readAs, skipsOf } from '../../helpers/read-format.ts';

const SEPARATOR = '\n🐵🙈🙉\n';

function gor(id: string, at: number, message: string, type = 1): string {
  return `${type} ${id} ${at}000 0\n${message}${SEPARATOR}`;
}

const asked = (body: string): string =>
  `POST /v1/chat/completions HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

test('a separator within a body of GoReplay is part of it', () => {
  const body = `{"model":"m","messages":["${SEPARATOR}"]}`;
  const [one, two] = exchangesOf(
    readAs('goreplay', gor('aa', 1, asked(body)) + gor('bb', 2, asked('{}')), [7]),
  );
  assert.equal(one?.request.kind === 'body' && Buffer.from(one.request.bytes).toString(), body);
  assert.equal(two?.arrivedUs, 2);
});

test('an answer of GoReplay may come before its request, or never', () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
  const text =
    gor('aa', 5, answer, 2) + gor('aa', 1, asked('{}')) + gor('bb', 2, asked('{}')) + gor('aa', 9, answer, 3);
  const found = exchangesOf(readAs('goreplay', text));
  assert.deepEqual(
    found.map(({ answer: { kind, status } }) => [kind, status]),
    [
      ['wire', 200],
      ['figures', null],
    ],
  );
});

test('chunks are taken off a message, and what is missing is known', () => {
  const head = 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n';
  const cases: readonly (readonly [string, string, boolean])[] = [
    [`${head}3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n`, 'abcde', true],
    [`${head}3\r\nabc\r\n9\r\nde`, 'abcde', false],
    [`${head}3\r\nabc`, 'abc', false],
    ['POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabcdefg', 'abcde', true],
    ['POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nabc', 'abc', false],
    ['POST / HTTP/1.1\r\n\r\nabc', 'abc', true],
  ];
  for (const [text, body, isWhole] of cases) {
    const message = readHttpMessage(Buffer.from(text));
    assert.deepEqual([message?.body.toString(), message?.isWhole], [body, isWhole], text);
  }
  assert.equal(readHttpMessage(Buffer.from('POST / HTTP/1.1\r\n')), null);
});

/** Writes a value as mitmproxy does. */
function written(value: Tnet): Buffer {
  const wrap = (payload: Buffer, type: string): Buffer =>
    Buffer.concat([Buffer.from(`${payload.length}:`), payload, Buffer.from(type)]);
  if (value === null) return wrap(Buffer.alloc(0), '~');
  if (typeof value === 'string') return wrap(Buffer.from(value), ';');
  if (typeof value === 'boolean') return wrap(Buffer.from(String(value)), '!');
  if (typeof value === 'number') return wrap(Buffer.from(String(value)), Number.isInteger(value) ? '#' : '^');
  if (Buffer.isBuffer(value)) return wrap(value, ',');
  if (Array.isArray(value)) return wrap(Buffer.concat(value.map(written)), ']');
  return wrap(
    Buffer.concat(Object.entries(value).flatMap(([key, one]) => [written(key), written(one)])),
    '}',
  );
}

test('values of tnetstrings are read as they were written', () => {
  const values = fc.letrec<{ value: Tnet }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(null, true, false),
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((key) => key !== '__proto__'),
        tie('value'),
        {
          maxKeys: 3,
          noNullPrototype: true,
        },
      ),
    ),
  }));
  fc.assert(
    fc.property(values.value, (value) => {
      const bytes = written(value);
      const place = tnetPlace(bytes, 0);
      assert.ok(place != null);
      assert.deepEqual(readTnet(bytes, place), value);
    }),
  );
});

test("mitmproxy's old dumps are skipped by their version, another type of flow as no request", () => {
  const old = written({ httpversion: [1, 1], msg: 'OK' });
  const tcp = written({ version: 21, type: 'tcp' });
  const records = readAs('mitmproxy', Buffer.concat([old, tcp]));
  assert.deepEqual(skipsOf(records), ['otherFormat', 'unknownApi']);
});

test('a client that left is known of a flow of mitmproxy', () => {
  const flow = {
    version: 21,
    type: 'http',
    error: { msg: 'Client disconnected.', timestamp: 2.5 },
    request: {
      method: Buffer.from('POST'),
      path: Buffer.from('/v1/completions'),
      content: Buffer.from('{}'),
      headers: [],
      timestamp_start: 1,
    },
    response: null,
  };
  const [one] = exchangesOf(readAs('mitmproxy', written(flow)));
  assert.deepEqual(one?.answer.kind === 'figures' && [one.answer.outcome, one.answer.finishedUs], [
    'client_aborted',
    2.5e6,
  ]);
});

test('headers of a HAR may be pairs, its bodies base64, its status missing', () => {
  const entry = {
    startedDateTime: '2026-02-03T04:05:00.500+01:00',
    request: {
      method: 'POST',
      url: 'https://host/openai/v1/chat/completions?a=b',
      headers: [
        ['x-session-id', 's'],
        [':authority', 'host'],
      ],
      postData: {
        mimeType: 'application/json',
        encoding: 'base64',
        text: Buffer.from('{"model":"m"}').toString('base64'),
      },
    },
    response: { status: 0 },
  };
  const [one] = exchangesOf(readAs('har', JSON.stringify({ log: { entries: [entry] } })));
  assert.deepEqual(
    one?.request.kind === 'body' && [
      one.request.path,
      one.request.headers,
      Buffer.from(one.request.bytes).toString(),
    ],
    [
      '/openai/v1/chat/completions?a=b',
      ['x-session-id', 's', 'content-type', 'application/json'],
      '{"model":"m"}',
    ],
  );
  assert.deepEqual([one?.session, one?.answer.status], ['s', null]);
});

test('chunks of aiperf with one stamp are one read', () => {
  const sample = join(import.meta.dirname, '../../fixtures/formats/aiperf-raw/profile_export_raw.jsonl');
  const [, streamed] = exchangesOf(readAs('aiperf-raw', readFileSync(sample)));
  assert.deepEqual(
    streamed?.answer.kind === 'wire' && [...(streamed.answer.reads?.atUs ?? [])].map((us) => us - 1.7e15),
    [20_000, 30_000, 45_000],
  );
});
