import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import { answerFigures, CAPTURE, exchangeEnd, exchangeStart, REQUEST } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

test('an exchange comes back as it was written', () => {
  const path = join(folder, 'a.sqlite');
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  writer.startExchange(captureId, exchangeStart(1));
  const end = exchangeEnd(1);
  const figures = answerFigures(end.answer);
  writer.endExchange(captureId, end, REQUEST, figures);
  writer.endCapture(captureId, CAPTURE.startedAtMs + 60_000, { queue_full: 2 });
  writer.close();

  const tape = openTape(path);
  assert.deepEqual(tape.captures(), [
    {
      ...CAPTURE,
      id: captureId,
      endedAtMs: CAPTURE.startedAtMs + 60_000,
      cleanClose: true,
      ignored: 0,
      drops: { queue_full: 2 },
    },
  ]);
  const [exchange] = [...tape.exchanges()];
  assert.ok(exchange?.requestBodyId != null && exchange.responseBodyId != null);
  const {
    requestBodyId,
    responseBodyId,
    number: _number,
    ...rest
  } = exchange as typeof exchange & { number: number };
  const { chunks, ...derived } = figures;
  assert.deepEqual(rest, {
    id: 1,
    captureId,
    arrivedUs: 1_000,
    method: 'POST',
    path: '/v1/chat/completions',
    ...REQUEST,
    ...derived,
    status: 200,
    requestEndUs: 1_500,
    sentTwice: false,
    headersUs: 6_000,
    firstByteUs: 11_000,
    finishedUs: 32_000,
    requestBytes: 19,
    responseBytes: 27,
    requestTruncated: false,
    responseTruncated: false,
    requestHeaders: ['Content-Type', 'application/json'],
    responseHeaders: ['content-type', 'text/event-stream'],
  });
  assert.equal(Buffer.from(tape.body(requestBodyId ?? 0) ?? []).toString(), '{"model":"m","n":1}');
  assert.equal(
    Buffer.from(tape.body(responseBodyId ?? 0) ?? []).toString(),
    'data: a\n\ndata: b\n\ndata: c\n\n',
  );
  assert.deepEqual(tape.exchangeChunkTimes(exchange), chunks);
  tape.close();
});

test('an exchange that only started is unfinished, a capture that was not closed says so', () => {
  const path = join(folder, 'b.sqlite');
  const writer = openTapeWriter(path, 'create');
  writer.startExchange(writer.beginCapture(CAPTURE), exchangeStart(1));
  writer.close();
  const tape = openTape(path);
  assert.equal(tape.captures()[0]?.cleanClose, false);
  const [exchange] = [...tape.exchanges()];
  assert.deepEqual(
    [exchange?.outcome, exchange?.finishedUs, exchange?.requestBodyId],
    ['unfinished', null, null],
  );
  tape.close();
});

test('the end of an exchange that never started is refused', () => {
  const writer = openTapeWriter(join(folder, 'c.sqlite'), 'create');
  const captureId = writer.beginCapture(CAPTURE);
  const end = exchangeEnd(7);
  assert.throws(
    () => writer.endExchange(captureId, end, REQUEST, answerFigures(end.answer)),
    /never started/,
  );
  writer.close();
});
