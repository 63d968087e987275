import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { test } from 'node:test';
import { systemClock } from '../../../src/model/clock.ts';
import type { RawResult } from '../../../src/model/result.ts';
import { createConnection } from '../../../src/replay/engine/connection.ts';
import { createReadTurn } from '../../../src/replay/engine/read-turn.ts';
import { createRequestWriter } from '../../../src/replay/engine/request-bytes.ts';
import { createTurnSender } from '../../../src/replay/engine/turn-sender.ts';
import type { AbortPoint } from '../../../src/replay/replayable-request.ts';
import { startLocalServer } from '../../helpers/local-server.ts';

/** Sends one request that is to be cut at `abort` and gives its result. */
async function sendOne(
  listener: RequestListener,
  abort: AbortPoint | null,
  options: { readonly timeoutUs?: number | null; readonly discard?: boolean } = {},
): Promise<{ readonly result: RawResult; readonly kept: number }> {
  const server = await startLocalServer(listener);
  const zero = systemClock.nowUs();
  const nowUs = (): number => systemClock.nowUs() - zero;
  const connection = createConnection(server.url, systemClock.nowUs, createReadTurn());
  let kept = 0;
  const sender = createTurnSender({
    writer: createRequestWriter('h', [], null),
    timeoutUs: options.timeoutUs === undefined ? 5e6 : options.timeoutUs,
    epochUs: zero,
    nowUs,
    sink: { add: () => kept++ },
  });
  if (options.discard === true) sender.discard();
  const request = {
    exchangeId: 7,
    path: '/v1/chat/completions',
    headers: [],
    body: Buffer.from('{}'),
    saltAt: null,
    abort,
  };
  const turn = { request, seq: 3, pass: 0, thread: 1, connection: 2, scheduledUs: nowUs() };
  const result = await new Promise<RawResult>((resolve) => sender.send(connection, turn, resolve));
  await new Promise(setImmediate);
  connection.close();
  await server.close();
  return { result, kept };
}

/** A stream of ten tokens, 5 ms apart. */
const tokens: RequestListener = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n');
  let sent = 0;
  const timer = setInterval(() => {
    response.write(`data: {"choices":[{"index":0,"delta":{"content":" ${sent}"}}]}\n\n`);
    if (++sent < 10) return;
    clearInterval(timer);
    response.end('data: [DONE]\n\n');
  }, 5);
  response.once('close', () => clearInterval(timer));
};

test('a request whose client had left after some tokens is cut there, and its result says that this was planned', async () => {
  const { result } = await sendOne(tokens, { afterTokens: 4 });
  assert.deepEqual([result.answer.transport, result.plannedAbort], ['client_aborted', true]);
  const text = Buffer.from(result.answer.body ?? []).toString();
  const came = text.match(/"content":" /g)?.length ?? 0;
  assert.ok(came >= 4 && came <= 5, `${came} tokens came`);
});

test('one that had left before the first token is cut after as long', async () => {
  const { result } = await sendOne((_request, response) => response.writeHead(200).flushHeaders(), {
    afterUs: 40_000,
  });
  assert.deepEqual([result.answer.transport, result.plannedAbort], ['client_aborted', true]);
  // A timer may be a millisecond early, and as late as the machine is busy.
  assert.ok(result.answer.finishedUs - result.scheduledUs > 38_000);
});

test('an answer that ends before its planned cut is an ordinary one', async () => {
  for (const abort of [{ afterTokens: 99 }, { afterUs: 4e6 }, null]) {
    const { result } = await sendOne(tokens, abort);
    assert.deepEqual([result.answer.transport, result.plannedAbort], ['complete', false]);
  }
});

test('the deadline counts from the schedule; without one nothing is cut', async () => {
  const slow: RequestListener = (_request, response) => {
    setTimeout(() => response.end('{}'), 80);
  };
  assert.equal((await sendOne(slow, null, { timeoutUs: 30_000 })).result.answer.transport, 'timeout');
  assert.equal((await sendOne(slow, null, { timeoutUs: null })).result.answer.transport, 'complete');
});

test('the result carries its place in the plan; a discarding sender hands none on', async () => {
  const { result, kept } = await sendOne(tokens, null);
  const { seq, exchangeId, thread, connection } = result;
  assert.deepEqual(
    { seq, exchangeId, thread, connection },
    { seq: 3, exchangeId: 7, thread: 1, connection: 2 },
  );
  assert.equal(kept, 1);
  assert.equal((await sendOne(tokens, null, { discard: true })).kept, 0);
});
