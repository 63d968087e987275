import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createExchangeReading } from '../../../src/cli/record/exchange-reading.ts';
import { KEEP_ALL, type KeepPolicy } from '../../../src/cli/record/keep-policy.ts';
import type { RawAnswer } from '../../../src/model/completion.ts';
import type { ExchangeEnd, ReadExchange } from '../../../src/model/exchange.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { rawAnswer } from '../../helpers/http-fixture.ts';
import { exchangeEnd, exchangeStart } from '../../helpers/sample-records.ts';

const CHAT = '/v1/chat/completions';
const GZIP = ['content-encoding', 'gzip'];
const SECRET = 'ada@example.org';

function request(content: string, more: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more }));
}

/** An exchange of chat completions, read under a policy. */
function readUnder(
  policy: Partial<KeepPolicy>,
  requestBody: Uint8Array | null,
  answer: RawAnswer = exchangeEnd(1).answer,
  headers: readonly string[] = [],
): ReadExchange {
  const end: ExchangeEnd = { ...exchangeEnd(1), requestBody, requestBytes: requestBody?.length ?? 0, answer };
  const start = { ...exchangeStart(1), path: CHAT, headers };
  return createExchangeReading({ ...KEEP_ALL, ...policy }).read(start, end);
}

const answerOf = (status: number, body: string | Uint8Array, headers: readonly string[] = []): RawAnswer =>
  rawAnswer({ status, headers, chunks: [Buffer.from(body)] });

const say = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

/** Everything that would be stored of an exchange, as one text. */
function stored({ kept, request: figures, answer }: ReadExchange): string {
  if (kept === null) return '';
  const bodies = [kept?.requestBody, kept?.answer.body].map((body) => Buffer.from(body ?? []).toString());
  return JSON.stringify([figures, { ...answer, chunks: null }, bodies]);
}

test('a body that is not a JSON object with a model or a prompt is not a request of an API', () => {
  const isRequest = (body: string | Uint8Array, more: Partial<ExchangeEnd> = {}, path = CHAT): boolean => {
    const end = { ...exchangeEnd(1), requestBody: Buffer.from(body), ...more };
    const { isRequest: found, kept } = createExchangeReading(KEEP_ALL).read(
      { ...exchangeStart(1), path },
      end,
    );
    assert.equal(kept !== null, found, 'what is none is not kept');
    return found;
  };
  for (const body of ['{"text":"hi"}', '[{"model":"m"}]', 'model=m', '', '{"model":null}', '{"model":5}'])
    assert.equal(isRequest(body), false, body);
  assert.equal(isRequest('{"model":"m"}'), true);
  // vLLM serves requests that name no model.
  for (const body of ['{"messages":[]}', '{"model":null,"messages":[]}', '{"model":5,"messages":[]}'])
    assert.equal(isRequest(body), true, body);
  assert.equal(isRequest('{"prompt":"hi"}', {}, '/v1/completions'), true);
  assert.equal(isRequest('{"input":"hi"}', {}, '/v1/responses'), true);
  assert.equal(isRequest('{"mod', { requestTruncated: true }), true, 'a body that was cut cannot tell');
  assert.equal(isRequest('x', {}, '/v1/embeddings'), true, 'the user has named the path');
  const gzipped = readUnder({}, gzipSync(request('hi')), undefined, GZIP);
  assert.equal(gzipped.isRequest, true);
  assert.equal(
    readUnder({}, Buffer.from('no gzip'), undefined, GZIP).isRequest,
    true,
    'nor can an unreadable one',
  );
});

test('everything is kept by default', () => {
  const end = exchangeEnd(1);
  assert.deepEqual(createExchangeReading(KEEP_ALL).read(exchangeStart(1), end).kept, end);
});

test('without bodies the figures stay', () => {
  const { kept } = readUnder({ bodies: false }, request('hi'));
  assert.deepEqual([kept?.requestBody, kept?.answer.body, kept?.requestTruncated], [null, null, false]);
  assert.deepEqual([(kept?.requestBytes ?? 0) > 0, kept?.answer.bodyBytes], [true, 27]);
  const odd = answerOf(200, `${say('a')}data: {"choices":[{"delta":{"content":"secret\n\n`);
  const { answer } = readUnder({ bodies: false }, request('hi'), odd);
  assert.deepEqual([answer.errorCode, answer.error], ['no_finish_reason', null]);
});

test('patterns reach both bodies and the words of a refusal', () => {
  const refusal = `{"error":{"message":"${SECRET} has no ticket-12","type":"x","code":400}}`;
  const read = readUnder(
    { patterns: ['email', 'ticket-\\d+'] },
    request(`I am ${SECRET}`),
    answerOf(400, refusal),
  );
  assert.match(Buffer.from(read.kept?.requestBody ?? []).toString(), /I am \*{15}"/);
  assert.match(Buffer.from(read.kept?.answer.body ?? []).toString(), /"\*{15} has no \*{9}"/);
  assert.equal(read.answer.error, `${'*'.repeat(15)} has no ${'*'.repeat(9)}`);
});

test('a JSON body of very many members or elements is not kept under a rule, since to redact it takes too much memory', () => {
  const many = (parts: number): Buffer =>
    request('x', { ids: new Array(parts).fill(0), text: ',"'.repeat(parts) });
  const isKept = (policy: Partial<KeepPolicy>, body: Buffer): boolean =>
    readUnder(policy, body).kept?.requestBody != null;
  const verdicts = [
    isKept({ patterns: ['email'] }, many(250_001)),
    isKept({ patterns: ['email'] }, many(200_000)),
    isKept({}, many(250_001)),
  ];
  assert.deepEqual(verdicts, [false, true, true]);
});

test('secrets by the names of members are not kept, without any rule', () => {
  const sent = request('x', { api_key: 'PLANTED' });
  const answer = answerOf(200, '{"choices":[],"client_secret":"PLANTED"}');
  const kept = stored(readUnder({}, sent, answer));
  assert.ok(kept.includes('api_key') && kept.includes('client_secret') && !kept.includes('PLANTED'), kept);
});

test('a coded body is read, and stored without its coding', () => {
  const stream = `${say('Hel')}${say('lo')}data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\n`;
  const {
    request: figures,
    answer,
    kept,
  } = readUnder({}, gzipSync(request('hi', { max_tokens: 77 })), answerOf(200, gzipSync(stream), GZIP), GZIP);
  assert.deepEqual([figures.model, figures.maxTokens, figures.messages], ['m', 77, 1]);
  assert.deepEqual([answer.outcome, answer.completionTokens, answer.streamed], ['ok', 2, true]);
  assert.deepEqual(answer.chunks.bytes, [gzipSync(stream).length], 'bytes are those that were sent');
  assert.equal(Buffer.from(kept?.answer.body ?? []).toString(), stream);
  assert.match(Buffer.from(kept?.requestBody ?? []).toString(), /"content":"hi"/);
});

test('under any rule nothing is kept of what cannot be read, not even its error', () => {
  const secret = { model: 'm', error: { message: `no ${SECRET}` } };
  const bodies: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ['an unknown coding', Buffer.from(JSON.stringify(secret)), ['content-encoding', 'secret']],
    ['a coding that is not told', gzipSync(JSON.stringify(secret)), []],
    ['broken JSON', Buffer.from(`{"a":"${SECRET}"`), []],
    ['an event of broken JSON', Buffer.from(`data: {"a":"${SECRET}"\n\n`), []],
    ['another encoding', Buffer.from(JSON.stringify(secret), 'utf16le'), []],
    ['a coded stream', gzipSync(say('ada') + say('@example') + say('.org')), GZIP],
    ['a coded error', gzipSync(JSON.stringify(secret)), GZIP],
    ['text', Buffer.from(`no ${SECRET}`), []],
  ];
  for (const policy of [
    { patterns: ['email'] },
    { jsonPaths: ['error.message', 'choices[*].delta.content'] },
  ]) {
    for (const [name, body, headers] of bodies) {
      const asRequest = readUnder(policy, body, undefined, headers);
      const asAnswer = readUnder(policy, request('hi'), answerOf(500, body, headers));
      assert.notEqual(asAnswer.kept, null);
      for (const read of [asRequest, asAnswer]) {
        const text = stored(read);
        assert.equal(text.includes('example') || text.includes('ada'), false, `${name}: ${text}`);
        for (const one of [read.kept?.requestBody, read.kept?.answer.body]) {
          assert.equal(Buffer.from(one ?? []).includes(Buffer.from('example', 'utf16le')), false, name);
          assert.notEqual(one?.[0], 0x1f, name);
        }
      }
    }
  }
});

test('without a rule what cannot be decoded is kept as it was sent', () => {
  const body = Buffer.from('\u{1}nobody knows this');
  const headers = ['content-encoding', 'secret'];
  const { kept, answer } = readUnder({}, body, answerOf(200, body, headers), headers);
  assert.deepEqual([kept?.requestBody, kept?.answer.body], [body, body]);
  assert.deepEqual([answer.outcome, answer.error?.includes('unknown coding')], ['incomplete', true]);
});

test('a bomb costs the body, never more', () => {
  const bomb = gzipSync(Buffer.alloc(70 * 1024 * 1024, 32));
  const { kept, answer } = readUnder({}, bomb, answerOf(200, bomb, GZIP), GZIP);
  assert.deepEqual([kept?.requestBody, kept?.answer.body], [null, null]);
  assert.deepEqual([kept?.requestTruncated, kept?.answer.truncated, answer.outcome], [true, true, 'ok']);
});

test('names that redaction takes out of a body leave the figures too', () => {
  const body = request('hi', { session_id: SECRET, max_tokens: 5 });
  const { request: figures } = readUnder({ patterns: ['email'] }, body);
  assert.match(figures.sessionKey ?? '', /^\[redacted [0-9a-f]{12}\]$/);
  assert.deepEqual([figures.model, figures.maxTokens, figures.messages], ['m', 5, 1]);
  const emptied = readUnder({ jsonPaths: ['model', 'max_tokens'] }, body).request;
  assert.deepEqual([emptied.model, emptied.maxTokens, emptied.sessionKey], ['*', 5, SECRET]);
});

test('of a long body the beginning is kept, and the figures come from all of it', () => {
  const reads = [...Array.from({ length: 50 }, () => say('word ')), 'data: {"error":"died late"}\n\n'];
  const whole = rawAnswer({ status: 200, headers: [], chunks: reads.map((text) => Buffer.from(text)) });
  const maxBodyBytes = 3 * say('word ').length + 5;
  const { kept, answer } = readUnder({ maxBodyBytes }, request('a long question '.repeat(20)), whole);
  assert.deepEqual(
    [answer.outcome, answer.error, answer.completionTokens],
    ['stream_error', 'died late', 50],
  );
  assert.equal(Buffer.from(kept?.answer.body ?? []).toString(), reads.join('').slice(0, maxBodyBytes));
  assert.equal(kept?.requestBody?.length, maxBodyBytes);
  assert.deepEqual([kept?.answer.truncated, kept?.requestTruncated], [true, true]);
  assert.deepEqual([kept?.answer.bodyBytes, answer.chunks.bytes.length], [whole.bodyBytes, 51]);
});

test('of a long coded body the part is kept that the first bytes sent come to', () => {
  const text = Array.from({ length: 3_000 }, (_, i) => `${i} ${Math.sin(i)}`).join(' ');
  const coded = gzipSync(request(text));
  const { kept } = readUnder({ maxBodyBytes: coded.length >> 1 }, coded, exchangeEnd(1).answer, GZIP);
  const length = kept?.requestBody?.length ?? 0;
  assert.ok(length > text.length / 4 && length < (3 * text.length) / 4, String(length));
  assert.equal(kept?.requestTruncated, true);
});

test('a limit counts bytes as they were sent', () => {
  const stream = say('word '.repeat(1000));
  const coded = gzipSync(stream);
  assert.ok(coded.length < 500);
  const { kept } = readUnder({ maxBodyBytes: 500 }, request('hi'), answerOf(200, coded, GZIP));
  assert.deepEqual([kept?.answer.body?.length, kept?.answer.truncated], [stream.length, false]);
});

test('a sample keeps whole conversations, about as many as asked, the same on every tape', () => {
  const isKept = (body: Buffer): boolean => readUnder({ sample: 0.1 }, body).kept !== null;
  const kept = Array.from({ length: 4_000 }, (_, i) => isKept(request(`question ${i}`))).filter(
    Boolean,
  ).length;
  assert.ok(kept > 300 && kept < 500, `${kept} of 4000`);
  for (let session = 0; session < 50; session++) {
    const turns = new Set(
      [1, 2, 3].map((turn) => isKept(request(`turn ${turn}`, { session_id: `s${session}` }))),
    );
    assert.equal(turns.size, 1);
  }
});

test('invalid paths and patterns are mistakes of the user', () => {
  for (const [policy, word] of [
    [{ ...KEEP_ALL, jsonPaths: ['a..b'] }, '--redact-json-path a..b'],
    [{ ...KEEP_ALL, patterns: ['(('] }, '--redact-pattern (('],
  ] as const) {
    assert.throws(
      () => createExchangeReading(policy),
      (error) =>
        error instanceof UserError && error.message.startsWith(word) && !error.message.includes('\n'),
    );
  }
});

test('patterns are found in headers, in the path, and in parts of them that are percent-encoded', () => {
  const headers = [
    'X-OpenWebUI-User-Email',
    SECRET,
    'X-User',
    'ada%40example.org',
    'X-Key',
    '[redacted 5f3a]',
  ];
  const start = {
    ...exchangeStart(1),
    path: `${CHAT}?user=${SECRET}&of=ada%40example.org&n=1`,
    headers,
  };
  const reading = createExchangeReading({ ...KEEP_ALL, patterns: ['email'] });
  const answer = answerOf(200, '{}', ['x-user', SECRET]);
  const { kept, path } = reading.read(start, { ...exchangeEnd(1), requestBody: request('hi'), answer });
  const stars = '*'.repeat(SECRET.length);
  assert.equal(path, `${CHAT}?user=${stars}&of=${stars}&n=1`);
  const stored = reading.stored(start);
  assert.deepEqual(
    [stored.path, stored.headers],
    [path, headers.map((text) => (/ada/.test(text) ? stars : text))],
  );
  assert.deepEqual(kept?.answer.headers, ['x-user', stars]);
  assert.equal(createExchangeReading(KEEP_ALL).stored(start), start);
});
