import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RawResult } from '../../../src/model/result.ts';
import { createPatientSink } from '../../../src/replay/engine/patient-sink.ts';
import { rawResult } from '../../helpers/sample-records.ts';

function sinkOf(utilization: () => number) {
  const handed: RawResult[] = [];
  const sink = createPatientSink({ addAll: (results) => handed.push(...results) }, utilization);
  return { handed, sink };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !condition(); i++) await sleep(5);
  assert.ok(condition());
}

test('results wait while the loop is busy, go when it idles, and keep their order', async () => {
  let busy = 0.9;
  const { handed, sink } = sinkOf(() => busy);
  const results = Array.from({ length: 40 }, (_, seq) => rawResult(seq));
  for (const result of results) sink.add(result);
  await sleep(40);
  assert.equal(handed.length, 0);
  busy = 0;
  await until(() => handed.length === 40);
  assert.deepEqual(handed, results);
  sink.end();
  assert.equal(handed.length, 40);
});

test('a loop that never idles gets rid of them all the same', async () => {
  const { handed, sink } = sinkOf(() => 1);
  for (let seq = 0; seq < 100; seq++) sink.add(rawResult(seq));
  await until(() => handed.length === 100);
  sink.end();
});

test('the end hands on what is left, at once', () => {
  const { handed, sink } = sinkOf(() => 1);
  sink.add(rawResult(0));
  sink.add(rawResult(1));
  sink.end();
  assert.deepEqual(
    handed.map(({ seq }) => seq),
    [0, 1],
  );
});

test('by itself it asks the real event loop', async () => {
  const handed: RawResult[] = [];
  const sink = createPatientSink({ addAll: (results) => handed.push(...results) });
  sink.add(rawResult(0));
  await until(() => handed.length === 1);
  sink.end();
});
