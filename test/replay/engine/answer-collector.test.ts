import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Dispatcher } from 'undici';
import { type CollectedAnswer, createAnswerCollector } from '../../../src/replay/engine/answer-collector.ts';

/** A controller that only notes what is asked of it: the collector's other side is undici's own contract. */
function controllerStub(): Dispatcher.DispatchController & { readonly aborts: string[] } {
  const aborts: string[] = [];
  return {
    aborts,
    aborted: false,
    paused: false,
    reason: null,
    rawHeaders: [Buffer.from('Content-Type'), Buffer.from('text/plain')],
    abort: (reason) => aborts.push(reason.message),
    pause: () => undefined,
    resume: () => undefined,
  };
}

function collect(): {
  readonly at: { now: number; read: number };
  readonly ended: CollectedAnswer[];
  readonly collector: ReturnType<typeof createAnswerCollector>;
} {
  const at = { now: 0, read: 0 };
  const ended: CollectedAnswer[] = [];
  const collector = createAnswerCollector(
    () => at.now,
    () => at.read,
    (answer) => ended.push(answer),
  );
  return { at, ended, collector };
}

test('instants are those of the callbacks, informational answers are not the answer', () => {
  const { at, ended, collector } = collect();
  const controller = controllerStub();
  at.now = 10;
  collector.onRequestStart?.(controller, null);
  at.now = 20;
  collector.onResponseStart?.(controller, 103, {});
  at.now = 30;
  collector.onResponseStart?.(controller, 200, {});
  at.now = 40;
  at.read = 5;
  collector.onResponseData?.(controller, Buffer.from('abc'));
  at.now = 41;
  collector.onResponseData?.(controller, Buffer.from('de'));
  at.now = 50;
  at.read = 9;
  collector.onResponseData?.(controller, Buffer.from('f'));
  at.now = 60;
  collector.onResponseEnd?.(controller, {});
  const [collected] = ended;
  assert.deepEqual(
    {
      ...collected?.answer,
      body: Buffer.from(collected?.answer.body ?? []).toString(),
      sentUs: collected?.sentUs,
    },
    {
      status: 200,
      headers: ['Content-Type', 'text/plain'],
      headersUs: 30,
      firstByteUs: 40,
      finishedUs: 60,
      transport: 'complete',
      error: null,
      body: 'abcdef',
      truncated: false,
      bodyBytes: 6,
      readUs: Float64Array.of(40, 50),
      readBytes: Uint32Array.of(5, 1),
      sentUs: 10,
    },
  );
});

test('a request cancelled before it was written ends at once and is aborted when undici starts it', () => {
  const { ended, collector } = collect();
  collector.cancel('client_aborted');
  assert.equal(ended[0]?.answer.transport, 'client_aborted');
  const controller = controllerStub();
  collector.onRequestStart?.(controller, null);
  assert.deepEqual(controller.aborts, ['client_aborted']);
  collector.onResponseError?.(controller, new Error('aborted'));
  assert.equal(ended.length, 1, 'ends exactly once');
});

test('the body handed over owns its memory, so that it can be transferred', () => {
  const { ended, collector } = collect();
  const controller = controllerStub();
  const pool = Buffer.from('xxabcxx');
  collector.onRequestStart?.(controller, null);
  collector.onResponseStart?.(controller, 200, {});
  collector.onResponseData?.(controller, pool.subarray(2, 5));
  collector.onResponseEnd?.(controller, {});
  assert.equal(ended[0]?.answer.body?.buffer.byteLength, 3);
});

test('an error after sending is the server, before sending it is the way there; the code is named once', () => {
  for (const [sent, transport] of [
    [true, 'upstream_aborted'],
    [false, 'unreachable'],
  ] as const) {
    const { ended, collector } = collect();
    const controller = controllerStub();
    if (sent) collector.onRequestStart?.(controller, null);
    collector.onResponseError?.(
      controller,
      Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
    );
    assert.deepEqual(
      [ended[0]?.answer.transport, ended[0]?.answer.error],
      [transport, 'other side closed (UND_ERR_SOCKET)'],
    );
  }
});
