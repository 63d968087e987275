import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LoadedRequests, loadRequests } from '../../../src/cli/replay/load-requests.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../../src/store/tape-writer.ts';
import { givenReplay } from '../../helpers/given-options.ts';
import { answerFigures, CAPTURE, exchangeEnd, exchangeStart, REQUEST } from '../../helpers/sample-records.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import { type WrittenExchange, writeTape } from '../../helpers/written-tape.ts';

const folder = tempFolder();
let made = 0;

function load(path: string, options: Parameters<typeof givenReplay>[0] = {}): LoadedRequests {
  const tape = openTape(path);
  try {
    return loadRequests(tape, path, givenReplay(options).requests);
  } finally {
    tape.close();
  }
}

function loadWritten(
  captures: readonly (readonly WrittenExchange[])[],
  options: Parameters<typeof givenReplay>[0] = {},
): LoadedRequests {
  const path = join(folder, `${made++}.sqlite`);
  writeTape(path, ...captures);
  return load(path, options);
}

const chat = (...words: readonly string[]) => ({
  model: 'm',
  messages: words.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content })),
});
const bodyOf = (loaded: LoadedRequests, i: number): Record<string, unknown> =>
  JSON.parse(Buffer.from(loaded.requests[i]?.body ?? []).toString('utf8'));

test('every request of the sample tape comes back in order, with its length pinned', () => {
  const tape = openTape(SAMPLE_TAPE);
  const exchanges = [...tape.exchanges()];
  tape.close();
  const { requests, conversations, skipped, changes } = load(SAMPLE_TAPE);
  assert.deepEqual(
    [requests.map(({ exchangeId }) => exchangeId), skipped],
    [exchanges.map(({ id }) => id), []],
  );
  for (const [i, { body, path }] of requests.entries()) {
    const { model, ignore_eos, max_tokens } = JSON.parse(Buffer.from(body).toString('utf8'));
    assert.deepEqual([model, ignore_eos], ['deepseek-14b', true]);
    assert.equal(max_tokens, exchanges[i]?.completionTokens);
    assert.ok(path.startsWith('/v1/'));
  }
  assert.ok(
    changes.some((one) => one.kind === 'flagSet' && one.field === 'ignore_eos' && one.requests === 28),
  );
  assert.deepEqual(
    conversations
      .flat()
      .map(({ request }) => request)
      .sort((a, b) => a - b),
    [...requests.keys()],
  );
});

test('what is sent as recorded stays byte for byte, equal bodies and headers are held once', () => {
  const body = '{ "model": "m",\n"prompt": "a", "seed": 12345678901234567890 }';
  const { requests, changes } = loadWritten([[{ body }, { body: { model: 'm' } }, { body }]], {
    lengths: 'free',
  });
  assert.equal(Buffer.from(requests[0]?.body ?? []).toString(), body);
  assert.equal(requests[2]?.body, requests[0]?.body);
  assert.equal(requests[1]?.headers, requests[0]?.headers);
  assert.deepEqual(changes, []);
});

test('one body that was answered in different lengths is sent with each of them', () => {
  const loaded = loadWritten([[{ answer: { completionTokens: 3 } }, { answer: { completionTokens: 8 } }]]);
  assert.deepEqual([bodyOf(loaded, 0).max_tokens, bodyOf(loaded, 1).max_tokens], [3, 8]);
});

test('conversations are on one time line over all captures, which begins with the first of them', () => {
  const { conversations } = loadWritten([
    [
      { body: chat('x'), atUs: 1_000_000, status: 404 },
      { body: chat('a'), atUs: 5_000_000 },
      { body: chat('b'), atUs: 6_000_000 },
    ],
    [{ body: chat('a', 'A', 'c'), atUs: 700_000 }],
  ]);
  assert.deepEqual(conversations, [
    [
      { request: 0, arrivedUs: 0, finishedUs: 31_000 },
      { request: 2, arrivedUs: 1_031_000, finishedUs: 1_062_000 },
    ],
    [{ request: 1, arrivedUs: 1_000_000, finishedUs: 1_031_000 }],
  ]);
});

test('a session of the client makes a conversation of requests whose messages say nothing', () => {
  const session = { sessionKey: 's' };
  const { conversations } = loadWritten([
    [
      { body: chat('a'), request: { ...session, messages: 1 } },
      { body: chat('b', 'B', 'c'), request: { ...session, messages: 3 } },
      { body: chat('d', 'D', 'e'), request: { messages: 3 } },
    ],
  ]);
  assert.deepEqual(
    conversations.map((turns) => turns.map(({ request }) => request)),
    [[0, 1], [2]],
  );
});

test('every reason to skip is counted', () => {
  const { requests, skipped } = loadWritten(
    [
      [
        { request: { model: 'other' } },
        { path: '/v1/embeddings' },
        { answer: { outcome: 'client_aborted' }, requestWhole: false },
        { answer: { outcome: 'http_error' }, status: 400 },
        { answer: { outcome: 'client_aborted' } },
        { path: '/v1/responses', body: { input: 'a', previous_response_id: 'r' } },
        {},
        { answer: { outcome: 'http_error' }, status: 503 },
        {},
      ],
    ],
    { select: ['model=m'], limit: '2', aborts: 'ignore' },
  );
  assert.equal(requests.length, 2);
  assert.deepEqual(
    skipped,
    [
      'notSelected',
      'unknownApi',
      'requestIncomplete',
      'refusedWhenRecorded',
      'abortedByClient',
      'continuesStoredResponse',
      'beyondLimit',
    ].map((kind) => ({ kind, requests: 1 })),
  );
});

test('times select on the time line of the tape or by the clock', () => {
  const tape = [[{}, {}, {}], [{}]];
  assert.equal(loadWritten(tape, { select: ['since=1s until=2s'] }).requests.length, 1);
  assert.equal(loadWritten(tape, { select: ['since=2031ms'] }).requests.length, 1, 'the second capture');
  const at = new Date(Date.UTC(2026, 10, 24, 12, 0, 1)).toISOString();
  assert.equal(loadWritten(tape, { select: [`since=${at}`] }).requests.length, 2);
});

test('recorded aborts are replayed at the same token or time, or completed', () => {
  const left = { outcome: 'client_aborted', completionTokens: 2, tokenSource: 'chunks' } as const;
  const tape = [
    [
      { body: { stream: true }, answer: left },
      { body: { stream: true }, answer: { ...left, completionTokens: 0 } },
      { body: {}, answer: { ...left, streamed: false, completionTokens: null, tokenSource: 'none' } },
      { body: {}, answer: {} },
    ],
  ] as const;
  const aborts = (options: Parameters<typeof givenReplay>[0]) =>
    loadWritten(tape, options).requests.map(({ abort }) => abort);
  const inTime = { afterUs: 31_000 };
  assert.deepEqual(aborts({}), [{ afterTokens: 2 }, inTime, inTime, null]);
  assert.deepEqual(aborts({ stream: 'off' }), [inTime, inTime, inTime, null], 'no stream, no token to count');
  assert.deepEqual(aborts({ aborts: 'complete' }), [null, null, null, null]);
});

test('changes and lengths that stay free are counted by name', () => {
  const tape = [[{}, { body: { model: 'm', n: 2 } }, { body: 'no JSON' }]];
  const { changes, requests } = loadWritten(tape, { model: ['x'], cache: 'salt' });
  assert.deepEqual(changes, [
    { kind: 'modelRenamed', requests: 2 },
    { kind: 'lengthPinned', field: 'max_tokens', requests: 1 },
    { kind: 'flagSet', field: 'ignore_eos', value: true, requests: 1 },
    { kind: 'cacheSalted', requests: 2 },
    { kind: 'lengthNotPinned', why: 'severalAnswers', requests: 1 },
  ]);
  assert.deepEqual(
    requests.map(({ saltAt }) => saltAt === null),
    [false, false, true],
  );
});

test('a body is sent without its recorded coding; a body that is not JSON keeps its header', () => {
  const headers = ['Content-Encoding', 'gzip', 'x-a', '1'];
  const { requests, changes } = loadWritten([[{ headers }, { headers, body: 'no JSON' }]]);
  assert.deepEqual(
    requests.map((request) => request.headers),
    [['x-a', '1'], headers],
  );
  assert.equal(changes.find(({ kind }) => kind === 'codingRemoved')?.requests, 1);
});

test('a UTF-16 body is sent in UTF-8', () => {
  const path = join(folder, `${made++}.sqlite`);
  const tape = openTapeWriter(path, 'create');
  const captureId = tape.beginCapture(CAPTURE);
  tape.startExchange(captureId, exchangeStart(1));
  const end = { ...exchangeEnd(1), requestBody: Buffer.from(JSON.stringify(chat('天')), 'utf16le') };
  tape.endExchange(captureId, end, REQUEST, answerFigures(end.answer));
  tape.endCapture(captureId, CAPTURE.startedAtMs + 60_000, {});
  tape.close();
  const { model, messages } = bodyOf(load(path, { model: ['x'] }), 0);
  assert.deepEqual([model, messages], ['x', [{ role: 'user', content: '天' }]]);
});

test('a tape without anything to replay is refused with the reasons and what to do', () => {
  assert.throws(
    () => loadWritten([[{ path: '/v1/embeddings' }, { status: 400 }, { status: 404 }]]),
    (error) =>
      error instanceof UserError &&
      /nothing on .*\.sqlite can be replayed \(1 not a POST to a known API, 2 rejected by the server when recorded\): record/.test(
        error.message,
      ),
  );
  assert.throws(
    () => loadWritten([[{}]], { select: ['until=1s', 'since=2s'] }),
    /\(1 not selected\): widen --select/,
  );
  const unknown = [
    [{ select: ['model=x,m'] }, /--select model=x fits nothing on .*: use one of those that it has, m$/],
    [{ select: ['path=/v2'] }, /--select path=\/v2 fits nothing .*, \/v1\/chat\/completions$/],
    [{ select: ['session=s'] }, /--select session=s fits nothing .*: it has no session$/],
    [{ select: ['status=404,5xx'] }, /--select status=404,5xx fits nothing .* has, 200$/],
    [{ select: ['outcome=timeout'] }, /--select outcome=timeout fits nothing .* has, ok$/],
    [{ select: ['stream=off'] }, /--select stream=off fits nothing .* has, on$/],
    [{ model: ['x=new'] }, /--model x=… fits nothing on .*, m$/],
  ] as const;
  for (const [options, message] of unknown) assert.throws(() => loadWritten([[{}]], options), message);
  assert.throws(() => loadWritten([]), /holds no exchange: record some traffic/);
});

test('a path or a header that would end its line is refused, before anything is sent', () => {
  const hidden = ' HTTP/1.1\r\nhost: x\r\n\r\nPOST /admin/shutdown';
  const cases: readonly (readonly [WrittenExchange, RegExp])[] = [
    [{ path: `/v1/chat/completions?a=${hidden}` }, /request 1 of .* has the path "\/v1\/chat/],
    [{ path: '/v1/chat/completions?a=b c' }, /has the path/],
    [{ headers: ['x-a', `b\r\n\r\n${hidden}`] }, /has the header "b\\r\\n/],
    [{ headers: ['x-a\r\ntransfer-encoding', 'chunked'] }, /has the header/],
    [{ headers: ['transfer-encoding ', 'chunked'] }, /has the header "transfer-encoding "/],
    [{ headers: ['x-a', '短'] }, /has the header/],
  ];
  for (const [exchange, words] of cases) {
    assert.throws(
      () => loadWritten([[{ ...exchange, body: chat('a') }]]),
      (error) => error instanceof UserError && words.test(error.message),
    );
  }
});
