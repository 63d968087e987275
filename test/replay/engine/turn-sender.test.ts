import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawResult } from '../../../src/model/result.ts';
import { timersSince } from '../../../src/model/timers.ts';
import { createRequestWriter } from '../../../src/replay/engine/request-bytes.ts';
import { TurnSender } from '../../../src/replay/engine/turn-sender.ts';
import type { AbortPoint } from '../../../src/replay/plan/replayable.ts';
import { type VirtualAnswer, virtualTarget } from '../../helpers/virtual-target.ts';
import { virtualTime } from '../../helpers/virtual-time.ts';

const EPOCH_US = 7e6;
const DAY_US = 24 * 3600e6;

/** Sends one request that is due at 1 ms, at 3 ms, and gives its result. */
async function sendOne(
  answer: VirtualAnswer,
  abort: AbortPoint | null,
  options: { readonly timeoutUs?: number | null; readonly discard?: boolean } = {},
): Promise<{ readonly result: RawResult; readonly kept: number }> {
  const time = virtualTime(EPOCH_US + 3_000);
  const target = virtualTarget(time, () => answer);
  let kept = 0;
  const sender = new TurnSender({
    writer: createRequestWriter(new URL('http://h'), [], null),
    timeoutUs: options.timeoutUs === undefined ? 5e6 : options.timeoutUs,
    epochUs: EPOCH_US,
    timers: timersSince(time, EPOCH_US),
    sink: { add: () => kept++ },
    inFlight: new Int32Array(1),
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
  const turn = { request, seq: 3, pass: 0, thread: 1, connection: 2, scheduledUs: 1_000 };
  const sent = new Promise<RawResult>((resolve) => sender.send(target.connect(), turn, resolve));
  const result = await time.play(sent);
  return { result, kept };
}

/** How it ended, and when. */
const end = ({ answer, plannedAbort }: RawResult) => [answer.transport, plannedAbort, answer.finishedUs];

/** Ten tokens, 5 ms apart. */
const TOKENS: VirtualAnswer = {
  afterUs: 60_000,
  pieces: Array.from({ length: 10 }, (_, i) => ({
    afterUs: 10_000 + 5_000 * i,
    text: `data: {"choices":[{"index":0,"delta":{"content":" ${i}"}}]}\n\n`,
  })),
};
const SILENT: VirtualAnswer = { afterUs: null };

test('a request whose client had left after some tokens is cut there, and its result says that this was planned', async () => {
  const { result } = await sendOne(TOKENS, { afterTokens: 4 });
  // The fourth token comes 25 ms after the sending; the cut waits for the turn of the loop after its read.
  assert.deepEqual(end(result), ['client_aborted', true, 28_001]);
});

test('one that had left before the first token is cut after the same time from its sending', async () => {
  const { result } = await sendOne(SILENT, { afterUs: 40_000 });
  assert.deepEqual(end(result), ['client_aborted', true, 43_000]);
});

test('an answer that ends before its planned cut is an ordinary one', async () => {
  for (const abort of [{ afterTokens: 99 }, { afterUs: 4e6 }, null])
    assert.deepEqual(end((await sendOne(TOKENS, abort)).result), ['complete', false, 63_000]);
});

test('an abort for the time limit is not a planned one, even where one was planned for later', async () => {
  const { result } = await sendOne(SILENT, { afterUs: 4e6 }, { timeoutUs: 30_000 });
  assert.deepEqual(end(result), ['timeout', false, 31_000]);
});

test('the deadline counts from the schedule; without one nothing is cut', async () => {
  const slow = { afterUs: 80_000 };
  const limited = await sendOne(slow, null, { timeoutUs: 30_000 });
  assert.deepEqual(end(limited.result), ['timeout', false, 31_000]);
  const unlimited = await sendOne(slow, null, { timeoutUs: null });
  assert.deepEqual(end(unlimited.result), ['complete', false, 83_000]);
});

test('limits longer than a timer can wait are kept', async () => {
  const late = await sendOne(SILENT, null, { timeoutUs: 30 * DAY_US });
  assert.deepEqual(end(late.result), ['timeout', false, 30 * DAY_US + 1_000]);
  const aborted = await sendOne(SILENT, { afterUs: 26 * DAY_US }, { timeoutUs: null });
  assert.deepEqual(end(aborted.result), ['client_aborted', true, 26 * DAY_US + 3_000]);
});

test('the result carries its place in the plan; a discarding sender hands none on', async () => {
  const { result, kept } = await sendOne(TOKENS, null);
  const { seq, exchangeId, thread, connection, scheduledUs, sentUs } = result;
  assert.deepEqual(
    { seq, exchangeId, thread, connection, scheduledUs, sentUs },
    { seq: 3, exchangeId: 7, thread: 1, connection: 2, scheduledUs: 1_000, sentUs: 3_000 },
  );
  assert.equal(kept, 1);
  assert.equal((await sendOne(TOKENS, null, { discard: true })).kept, 0);
});

test('a request counts as in flight from its sending until its end is heard, over all senders of a count', async () => {
  const time = virtualTime();
  const target = virtualTarget(time, (n) => ({ afterUs: 1_000 * (n + 1) }));
  const inFlight = new Int32Array(new SharedArrayBuffer(4));
  const request = {
    exchangeId: 7,
    path: '/',
    headers: [],
    body: Buffer.from('{}'),
    saltAt: null,
    abort: null,
  };
  const heard: number[] = [];
  const sent = [0, 1].map((seq) => {
    const sender = new TurnSender({
      writer: createRequestWriter(new URL('http://h'), [], null),
      timeoutUs: null,
      epochUs: 0,
      timers: time,
      sink: { add: () => undefined },
      inFlight,
    });
    const turn = { request, seq, pass: 0, thread: 0, connection: seq, scheduledUs: 0 };
    return new Promise<void>((resolve) =>
      sender.send(target.connect(), turn, () => {
        // The next request, sent from here, is not counted beside the one that has ended.
        heard.push(Atomics.load(inFlight, 0));
        resolve();
      }),
    );
  });
  assert.equal(Atomics.load(inFlight, 0), 2);
  await time.play(Promise.all(sent));
  assert.deepEqual(heard, [1, 0]);
});
