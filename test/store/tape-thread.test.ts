import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../src/model/user-error.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { startTapeThread, type TapeThread, type TapeThreadOptions } from '../../src/store/tape-thread.ts';
import { CAPTURE, exchangeEnd, exchangeStart, RUN, RUN_END, rawResult } from '../helpers/sample-records.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const workerUrl = new URL('./sample-tape.worker.ts', import.meta.url);

function start(name: string, options: Partial<TapeThreadOptions> = {}): Promise<TapeThread> {
  return startTapeThread({ path: join(folder, name), mode: 'create', workerUrl, ...options });
}

test('what goes through the thread is on the tape', async () => {
  const digests: number[] = [];
  const thread = await start('a.sqlite', {
    onDigests: (batch) => digests.push(...batch.map((d) => d.completionTokens ?? 0)),
  });
  const captureId = await thread.beginCapture(CAPTURE);
  const exchanges = thread.exchangeSink(captureId);
  for (let number = 1; number <= 500; number++) exchanges.start(exchangeStart(number));
  for (let number = 1; number <= 500; number++) exchanges.end(exchangeEnd(number));
  await thread.addServerStates({ captureId }, [
    { edge: 'start', kind: 'version', takenAtMs: 1, status: 200, body: '{}' },
  ]);
  await thread.endCapture(captureId, CAPTURE.startedAtMs + 1);
  const runId = await thread.beginRun(RUN);
  const results = thread.resultSink(runId);
  for (let seq = 0; seq < 300; seq++) results.add(rawResult(seq));
  await thread.flush();
  const live = openTape(join(folder, 'a.sqlite'));
  assert.equal([...live.results(runId)].length, 300, 'flushed results can be read while the thread goes on');
  live.close();
  await thread.endRun(runId, RUN_END);
  await thread.close();

  const tape = openTape(join(folder, 'a.sqlite'));
  const outcomes = [...tape.exchanges()].map((exchange) => exchange.outcome);
  assert.deepEqual([outcomes.length, new Set(outcomes)], [500, new Set(['ok'])]);
  assert.deepEqual([tape.captures()[0]?.cleanClose, tape.runs()[0]?.end], [true, RUN_END]);
  assert.equal(tape.serverStates({ captureId }).length, 1);
  tape.close();
  assert.deepEqual(thread.drops(), {});
  assert.equal(digests.length, 800, 'of every exchange and every result');
});

test('a tape that cannot be made or opened is the user mistake, told on the main thread', async () => {
  writeFileSync(join(folder, 'taken.sqlite'), 'x');
  await assert.rejects(start('taken.sqlite'), (error) => {
    return error instanceof UserError && /exists already/.test(error.message);
  });
  await assert.rejects(start('none.sqlite', { mode: 'append' }), (error) => error instanceof UserError);
});

test('a full queue drops exchanges, counts them and says so; the rest is kept', async () => {
  const told: string[] = [];
  const thread = await start('full.sqlite', {
    queueBytes: 50_000,
    onProblem: (sentence) => told.push(sentence),
  });
  const captureId = await thread.beginCapture(CAPTURE);
  const sink = thread.exchangeSink(captureId);
  for (let number = 1; number <= 200; number++) sink.start(exchangeStart(number));
  const dropped = thread.drops().queue_full ?? 0;
  assert.ok(dropped > 100 && dropped < 200, `${dropped} of 200 starts were dropped`);
  await thread.flush();
  await sleep(50);
  sink.start(exchangeStart(500));
  await thread.endCapture(captureId, CAPTURE.startedAtMs + 1);
  await thread.close();
  assert.equal(told.length, 1, 'once a second at most');
  assert.match(told[0] ?? '', /records were dropped: .*full\.sqlite is written too slowly/);
  const tape = openTape(join(folder, 'full.sqlite'));
  assert.equal(tape.exchangeCount(), 200 - dropped + 1);
  assert.deepEqual(tape.captures()[0]?.drops, { queue_full: dropped });
  tape.close();
});

test('a thread that dies loses what comes after, counted; nothing throws and close still ends', async () => {
  const told: string[] = [];
  const thread = await start('dies.sqlite', { onProblem: (sentence) => told.push(sentence) });
  const captureId = await thread.beginCapture(CAPTURE);
  const sink = thread.exchangeSink(captureId);
  sink.start(exchangeStart(1));
  sink.end(exchangeEnd(1, 0, 'die'));
  await assert.rejects(thread.flush(), /has ended/);
  sink.start(exchangeStart(2));
  assert.deepEqual(thread.drops(), { write_failed: 1 });
  await thread.close();
});
