import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readFileHead } from '../../../src/formats/reading/file-head.ts';
import { openReader } from '../../../src/formats/table.ts';
import { readHttpMessage } from '../../../src/formats/wire/http-message.ts';
import { readTnet, type Tnet, tnetPlace } from '../../../src/formats/wire/tnetstring.ts';
import { exchangesOf, readAs, skipsOf, sniffed } from '../../helpers/read-format.ts';

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

test('ids of GoReplay may be in capitals, its lines end with CR LF, and lines of HTTP with LF alone', () => {
  const body = '{"model":"m","messages":[]}';
  const answer = 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n1\n{\n1\n}\n0\n\n';
  const first = `1 AB 1000 0\r\n${asked(body).replaceAll('\r\n', '\n')}${SEPARATOR}`;
  const text = first + gor('ab', 2, answer, 2);
  const [one, ...others] = exchangesOf(readAs('goreplay', text));
  assert.equal(one?.request.kind === 'body' && Buffer.from(one.request.bytes).toString(), body);
  assert.equal(one?.answer.kind === 'wire' && Buffer.from(one.answer.body ?? []).toString(), '{}');
  assert.deepEqual(others, []);
  assert.equal(sniffed(text), 'goreplay');
});

test('requests of GoReplay with one id are requests each', () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
  const text = gor('aa', 1, asked('{"n":1}')) + gor('aa', 2, asked('{"n":2}')) + gor('aa', 3, answer, 2);
  const found = exchangesOf(readAs('goreplay', text));
  assert.deepEqual(
    found.map(({ arrivedUs, answer: { status } }) => [arrivedUs, status]),
    [
      [1, null],
      [2, 200],
    ],
  );
});

test('requests of GoReplay wait for their answers in bounded memory', () => {
  const head = `POST /v1/chat/completions HTTP/1.1\r\nContent-Length: ${1024 * 1024}\r\n\r\n`;
  const rest = Buffer.concat([Buffer.alloc(1024 * 1024, ' '), Buffer.from(SEPARATOR)]);
  const reader = openReader('goreplay', readFileHead(Buffer.from(gor('aa', 1, asked('{}'))), true));
  let given = 0;
  for (let i = 0; i < 70; i++) {
    given +=
      reader.push(Buffer.from(`1 ${i.toString(16)} ${i}000 0\n${head}`)).length + reader.push(rest).length;
  }
  // One is not over before the next begins.
  assert.equal(given, 6);
  assert.equal(given + reader.end().length, 70);
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
    // What says to be chunked may be written without its chunks.
    [`${head}{"a":1}`, '{"a":1}', true],
    [`${head}{"a":\n1}`, '{"a":\n1}', true],
    [`${head}3`, '', false],
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
  assert.deepEqual(skipsOf(records), ['oldVersion', 'unknownApi']);
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
