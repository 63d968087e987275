import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { OutgoingExchange } from '../../../src/formats/writing/encoder.ts';
import { ENCODERS } from '../../../src/formats/writing/table.ts';
import { NO_CHUNKS } from '../../../src/model/chunk-times.ts';
import type { Exchange } from '../../../src/model/exchange.ts';
import { exchangesOf, readAs, sniffed } from '../../helpers/read-format.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';

interface Given extends Partial<Omit<OutgoingExchange, 'exchange' | 'body' | 'answerBody'>> {
  readonly exchange?: Partial<Exchange>;
  readonly answer?: string;
}

function outgoing(body: string, { exchange, answer, ...given }: Given = {}): OutgoingExchange {
  return {
    exchange: sampleExchange(exchange),
    body: Buffer.from(body),
    sinceStartUs: 1_234,
    wallUs: 1_767_225_600_000_000,
    origin: 'http://gpu:8000',
    upstream: 'http://gpu:8000',
    answerBody: () => (answer === undefined ? null : Buffer.from(answer)),
    chunkTimes: () => NO_CHUNKS,
    ...given,
  };
}

/** A file of these requests. */
function written(format: keyof typeof ENCODERS, requests: readonly OutgoingExchange[]): string {
  const { frame, encode } = ENCODERS[format];
  const records = requests.map((request) => Buffer.from(encode(request)).toString());
  return frame.start + records.join(frame.between) + frame.end;
}

const VERBATIM = ['raw', 'openai-batch', 'mooncake', 'har'] as const;

test('bodies keep their very bytes on the way out and in again, in a file that is told by its content', () => {
  const blank = fc.constantFrom('', ' ', '\n', '\r\n\t');
  const member = fc.constantFrom(
    'body',
    'payload',
    'custom_id',
    'extra',
    'delay',
    'timestamp',
    'prompt',
    'chat_id',
  );
  const body = fc
    .tuple(
      blank,
      fc.constantFrom('1.0', '12345678901234567890', '-0', '1E5'),
      fc.string({ unit: 'grapheme' }),
      member,
    )
    .map(
      ([space, number, text, other]) =>
        `${space}{${space}"messages":[{"role":"user","content":${JSON.stringify(text)}}],"model":"m",` +
        `"${other}":"\\u00e9/\\/","x":${number}${space}}${space}`,
    );
  fc.assert(
    fc.property(
      fc.array(body, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(...VERBATIM),
      (bodies, format) => {
        const file = written(
          format,
          bodies.map((text) => outgoing(text)),
        );
        const back = exchangesOf(readAs(format, file));
        assert.deepEqual(
          back.map(({ request }) => request.kind === 'body' && Buffer.from(request.bytes).toString()),
          bodies,
        );
        assert.equal(sniffed(file), format);
      },
    ),
  );
});

const BODY = '{"model":"m","messages":[{"role":"user","content":"hi"}]}';

test('a trace has times, sessions and lengths where the tape knows them', () => {
  const known = outgoing(BODY, { exchange: { sessionKey: 's', completionTokens: 7 } });
  const unknown = outgoing(BODY, { sinceStartUs: null, exchange: { completionTokens: null } });
  assert.equal(
    written('mooncake', [known, unknown]),
    `{"timestamp":1.234,"session_id":"s","output_length":7,"payload":${BODY}}\n{"payload":${BODY}}\n`,
  );
});

test('a batch has the path and an id for each request', () => {
  const request = outgoing(BODY, { exchange: { id: 5, path: '/openai/v1/chat/completions?a=1' } });
  assert.equal(
    written('openai-batch', [request]),
    `{"custom_id":"request-5","method":"POST","url":"/openai/v1/chat/completions?a=1","body":${BODY}}\n`,
  );
});

test('sets of prompts have the last text of the user and what was generated', () => {
  const messages = [
    { role: 'system', content: 'be kind' },
    { role: 'user', content: 'first' },
    { role: 'assistant', content: 'yes' },
    { role: 'user', content: [{ type: 'text', text: 'look' }, { type: 'image_url' }] },
  ];
  const body = JSON.stringify({ model: 'm', messages });
  const answer =
    'data: {"choices":[{"index":0,"delta":{"content":"a \\"b"}}]}\n\ndata: {"choices":[{"index":0,"delta":{"content":" c"}}]}\n\ndata: [DONE]\n\n';
  const chat = outgoing(body, { exchange: { completionTokens: 3 }, answer });
  assert.equal(written('vllm-custom', [chat]), '{"prompt":"look","output_tokens":3}\n');
  const turns = [
    { from: 'human', value: 'look' },
    { from: 'gpt', value: 'a "b c' },
  ];
  assert.deepEqual(JSON.parse(written('sharegpt', [chat])), [{ id: '1', conversations: turns }]);
  const plain = outgoing('{"model":"m","prompt":"once"}', {
    exchange: { path: '/v1/completions', completionTokens: null },
    answer: '{"choices":[{"index":0,"text":" upon","finish_reason":"stop"}]}',
  });
  assert.equal(written('vllm-custom', [plain]), '{"prompt":"once"}\n');
  assert.match(written('sharegpt', [plain]), /"value":" upon"/);
});

test('what a format cannot hold is left out with the reason', () => {
  const ids = outgoing('{"model":"m","prompt":[1,2]}', { exchange: { path: '/v1/completions' } });
  assert.equal(ENCODERS['vllm-custom'].encode(ids), 'noText');
  assert.equal(ENCODERS.sharegpt.encode(ids), 'noText');
  for (const body of ['no JSON', '[1]', '\ufeff{}'])
    assert.equal(ENCODERS.raw.encode(outgoing(body)), 'notJson');
  assert.equal(ENCODERS.mooncake.encode({ ...ids, body: Buffer.from([0x7b, 0xff]) }), 'notJson');
});

test('an archive has times, whole answers and the reads of a stream, and is read back as it was', () => {
  const answer = 'data: {"choices":[{"index":0,"delta":{"content":"é"}}]}\n\n';
  const request = outgoing(BODY, {
    answer,
    exchange: { responseHeaders: ['content-type', 'text/event-stream', 'content-encoding', 'gzip'] },
    wallUs: 1_767_225_600_000_001,
    chunkTimes: () => ({ ...NO_CHUNKS, atUs: [1_200, 50_000], bytes: [10, 20] }),
  });
  const file = written('har', [request, outgoing(BODY, { exchange: { finishedUs: null, status: null } })]);
  const [entry] = JSON.parse(file).log.entries;
  assert.equal(entry.startedDateTime, '2026-01-01T00:00:00.000001Z');
  assert.deepEqual(entry._sse, [
    { t_ms: 1.2, bytes: 10 },
    { t_ms: 50, bytes: 20 },
  ]);
  assert.deepEqual(entry.timings, { blocked: -1, dns: -1, connect: -1, send: 0.1, wait: 1, receive: 49 });
  const [read, unanswered] = exchangesOf(readAs('har', file));
  const arrivedUs = 1_767_225_600_000_001;
  assert.equal(read?.arrivedUs, arrivedUs);
  assert.ok(read?.answer.kind === 'wire' && read.answer.body !== null);
  assert.equal(Buffer.from(read.answer.body).toString(), answer);
  assert.deepEqual(read.answer.headers, ['content-type', 'text/event-stream']);
  assert.deepEqual(
    [read.answer.firstByteUs, read.answer.finishedUs],
    [arrivedUs + 1_100, arrivedUs + 50_100],
  );
  assert.ok(unanswered?.answer.kind === 'figures');
  assert.equal(unanswered.answer.finishedUs, null);
});
