import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemTimers } from '../../../src/model/clock.ts';
import type { RawResult } from '../../../src/model/result.ts';
import { createDeferredSink } from '../../../src/replay/engine/deferred-sink.ts';
import { eventually } from '../../helpers/http-call.ts';
import { rawResult } from '../../helpers/sample-records.ts';
import { virtualTime } from '../../helpers/virtual-time.ts';

/** A sink that has been given `count` results, in virtual time. */
function sinkOf(count: number, utilization: () => number) {
  const time = virtualTime();
  const handed: number[] = [];
  const sink = createDeferredSink(
    { addAll: (results) => handed.push(...results.map(({ seq }) => seq)) },
    time,
    utilization,
  );
  for (let seq = 0; seq < count; seq++) sink.add(rawResult(seq));
  return { time, handed, sink };
}

const upTo = (count: number) => Array.from({ length: count }, (_, seq) => seq);

test('results wait while the loop is busy, go when it idles, a few at a time, and keep their order', () => {
  let busy = 0.9;
  const { time, handed, sink } = sinkOf(40, () => busy);
  time.playUntil(40_000);
  assert.deepEqual(handed, []);
  busy = 0;
  for (const count of [16, 32, 40]) {
    time.playUntil(time.nowUs() + 4_000);
    assert.deepEqual(handed, upTo(count));
  }
  assert.equal(time.waiting, 0, 'nothing is looked at any more');
  sink.end();
  assert.equal(handed.length, 40);
});

test('a loop that is never idle hands them on after a quarter of a second', () => {
  const { time, handed } = sinkOf(100, () => 1);
  time.playUntil(248_000);
  assert.deepEqual(handed, []);
  time.playUntil(252_000);
  assert.deepEqual(handed, upTo(25), 'a quarter of what waits');
  time.playUntil(1e6);
  assert.deepEqual(handed, upTo(100));
});

test('the end hands on what is left, at once', () => {
  const { time, handed, sink } = sinkOf(2, () => 1);
  sink.end();
  assert.deepEqual([handed, time.waiting], [[0, 1], 0]);
});

test('more than may wait is not kept back: the oldest go first, a few with each that comes', () => {
  const handed: number[] = [];
  const time = virtualTime();
  const of = rawResult(0).answer;
  const bytes = (of.body?.byteLength ?? 0) + of.readUs.byteLength + of.readBytes.byteLength;
  const sink = createDeferredSink(
    { addAll: (results) => handed.push(...results.map(({ seq }) => seq)) },
    time,
    () => 1,
    20 * bytes,
  );
  for (let seq = 0; seq < 20; seq++) sink.add(rawResult(seq));
  assert.deepEqual(handed, []);
  sink.add(rawResult(20));
  assert.deepEqual(handed, upTo(16));
  for (let seq = 21; seq < 36; seq++) sink.add(rawResult(seq));
  assert.deepEqual(handed, upTo(16), 'twenty wait again');
  sink.add(rawResult(36));
  assert.deepEqual(handed, upTo(32));
});

test('by itself it asks the real event loop', async () => {
  const handed: RawResult[] = [];
  const sink = createDeferredSink({ addAll: (results) => handed.push(...results) }, systemTimers);
  sink.add(rawResult(0));
  await eventually(() => handed.length === 1);
  sink.end();
});
