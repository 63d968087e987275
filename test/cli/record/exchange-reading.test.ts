import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createExchangeReading, KEEP_ALL } from '../../../src/cli/record/exchange-reading.ts';
import type { ExchangeReading, Selection } from '../../../src/model/exchange.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { exchangeEnd, streamedAnswer } from '../../helpers/sample-records.ts';

const CHAT = '/v1/chat/completions';

function request(content: string, sessionId: string | null = null) {
  const document = {
    model: 'm',
    messages: [{ role: 'user', content }],
    ...(sessionId === null ? {} : { session_id: sessionId }),
  };
  return Buffer.from(JSON.stringify(document));
}

function selected(
  reading: ExchangeReading,
  requestBody: Uint8Array,
  path = CHAT,
  requestTruncated = false,
): Selection {
  const figures = reading.request(path, [], requestBody);
  return reading.selection(path, figures, { ...exchangeEnd(1), requestBody, requestTruncated });
}

test('a body that is no JSON object with a model is no request of an API; what cannot be seen is given the benefit', () => {
  const reading = createExchangeReading(KEEP_ALL);
  for (const body of ['{"messages":[]}', '[{"model":"m"}]', 'model=m', '', '{"model":null}', '{"model":5}'])
    assert.equal(selected(reading, Buffer.from(body)), 'not_a_request', body);
  assert.equal(selected(reading, Buffer.from('{"model":"m"}')), 'kept');
  assert.equal(selected(reading, Buffer.from('{"mod'), CHAT, true), 'kept', 'a body that was cut');
  assert.equal(
    selected(reading, Buffer.from('x'), '/v1/embeddings'),
    'kept',
    'a path that the user has named',
  );
});

test('all is kept unless told otherwise', () => {
  const reading = createExchangeReading(KEEP_ALL);
  const end = exchangeEnd(1);
  assert.deepEqual(reading.strip(end), end);
  assert.equal(selected(reading, request('hi')), 'kept');
});

test('without bodies the figures stay', () => {
  const end = createExchangeReading({ ...KEEP_ALL, bodies: false }).strip(exchangeEnd(1));
  assert.deepEqual([end.requestBody, end.answer.body], [null, null]);
  assert.deepEqual([end.requestBytes > 0, end.answer.bodyBytes], [true, 27]);
});

test('patterns reach both bodies and the words of a refusal', () => {
  const reading = createExchangeReading({ ...KEEP_ALL, patterns: ['email', 'ticket-\\d+'] });
  const refusal = Buffer.from('{"error":{"message":"a@b.cd has no ticket-12","type":"x","code":400}}');
  const answer = {
    ...streamedAnswer(0),
    status: 400,
    headers: ['content-type', 'application/json'],
    body: refusal,
  };
  const stripped = reading.strip({ ...exchangeEnd(1), requestBody: request('I am a@b.cd'), answer });
  assert.match(Buffer.from(stripped.requestBody ?? []).toString(), /I am \*{6}"/);
  assert.match(Buffer.from(stripped.answer.body ?? []).toString(), /"\*{6} has no \*{9}"/);
  assert.match(reading.answer('/v1/chat/completions', answer).error ?? '', /\*{6} has no \*{9}/);
});

test('a sample keeps whole conversations, about as many as asked, the same on every tape', () => {
  const reading = createExchangeReading({ ...KEEP_ALL, sample: 0.1 });
  const wanted = (body: Buffer): boolean => selected(reading, body) === 'kept';
  const kept = Array.from({ length: 4_000 }, (_, i) => wanted(request(`question ${i}`))).filter(
    Boolean,
  ).length;
  assert.ok(kept > 300 && kept < 500, `${kept} of 4000`);
  for (let session = 0; session < 50; session++) {
    const turns = new Set([1, 2, 3].map((turn) => wanted(request(`turn ${turn}`, `s${session}`))));
    assert.equal(turns.size, 1);
  }
});

test('paths and patterns that are none are the user to mend', () => {
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
