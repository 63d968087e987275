import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { openRemote } from '../../../src/model/remote.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { openTapeQueue } from '../../../src/store/writing/tape-queue.ts';
import {
  startTapeThread,
  type TapeThread,
  type TapeThreadOptions,
} from '../../../src/store/writing/tape-thread.ts';
import { eventually } from '../../helpers/http-call.ts';
import {
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  RUN,
  RUN_END,
  rawResult,
} from '../../helpers/sample-records.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';
import type { Writer } from '../sample-writer.worker.ts';

const folder = tempFolder();
const workerUrl = new URL('../sample-tape.worker.ts', import.meta.url);

function start(name: string, options: Partial<TapeThreadOptions> = {}): Promise<TapeThread> {
  return startTapeThread({ path: join(folder, name), mode: 'create', workerUrl, ...options });
}

test('what goes through the thread is on the tape', async () => {
  const samples: number[] = [];
  const thread = await start('a.sqlite', {
    onSamples: (batch) => samples.push(...batch.map((d) => d.completionTokens ?? 0)),
  });
  const queue = openTapeQueue(thread.connect());
  const captureId = await thread.beginCapture(CAPTURE);
  const exchanges = queue.exchangeSink(captureId);
  for (let number = 1; number <= 500; number++) exchanges.start(exchangeStart(number));
  for (let number = 1; number <= 500; number++) exchanges.end(exchangeEnd(number));
  await thread.addServerStates({ captureId }, [
    { edge: 'start', kind: 'version', takenAtMs: 1, status: 200, body: '{}' },
  ]);
  await queue.flush();
  await thread.endCapture(captureId, CAPTURE.startedAtMs + 1);
  const runId = await thread.beginRun(RUN);
  const results = queue.resultSink(runId);
  for (let seq = 0; seq < 300; seq += 3)
    results.addAll([rawResult(seq), rawResult(seq + 1), rawResult(seq + 2)]);
  await queue.flush();
  const live = openTape(join(folder, 'a.sqlite'));
  assert.equal([...live.results(runId)].length, 300, 'flushed results can be read while the thread goes on');
  live.close();
  await thread.endRun(runId, RUN_END);
  queue.close();
  await thread.close();

  const tape = openTape(join(folder, 'a.sqlite'));
  const outcomes = [...tape.exchanges()].map((exchange) => exchange.outcome);
  assert.deepEqual([outcomes.length, new Set(outcomes)], [500, new Set(['ok'])]);
  assert.deepEqual([tape.captures()[0]?.cleanClose, tape.runs()[0]?.end], [true, RUN_END]);
  assert.equal(tape.serverStates({ captureId }).length, 1);
  tape.close();
  assert.deepEqual(thread.drops(), {});
  assert.equal(thread.queuedBytes(), 0);
  assert.equal(samples.length, 800, 'of every exchange and every result');
});

test('several threads write to one tape, and none of it passes through this one', async () => {
  const thread = await start('threads.sqlite');
  const queue = openTapeQueue(thread.connect());
  // The one that all results are of.
  queue.exchangeSink(await thread.beginCapture(CAPTURE)).start(exchangeStart(1));
  await queue.flush();
  queue.close();
  const runId = await thread.beginRun(RUN);
  const workers = [0, 1, 2].map((first) => {
    const worker = new Worker(new URL('../sample-writer.worker.ts', import.meta.url));
    return { worker, first, writer: openRemote<Writer>(worker, {}, 'a writer') };
  });
  await Promise.all(
    workers.map(({ writer, first }) => writer.call('write', thread.connect(), runId, first * 100, 100)),
  );
  await Promise.all(workers.map(({ worker }) => worker.terminate()));
  await thread.endRun(runId, RUN_END);
  assert.deepEqual([thread.queuedBytes(), thread.drops()], [0, {}]);
  await thread.close();
  const tape = openTape(join(folder, 'threads.sqlite'));
  const seqs = [...tape.results(runId)].map(({ result }) => result.seq);
  tape.close();
  assert.deepEqual(
    seqs,
    Array.from({ length: 300 }, (_, seq) => seq),
  );
});

test('a tape that cannot be made or opened is a mistake of the user, reported on the main thread', async () => {
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
  const queue = openTapeQueue(thread.connect());
  const sink = queue.exchangeSink(captureId);
  for (let number = 1; number <= 200; number++) sink.start(exchangeStart(number));
  const dropped = thread.drops().queue_full ?? 0;
  assert.equal(dropped, 200 - Math.floor(50_000 / 3_072));
  assert.equal(queue.trouble(), 'the tape is written too slowly');
  assert.equal(thread.trouble(), queue.trouble());
  await queue.flush();
  assert.equal(queue.trouble(), null);
  sink.start(exchangeStart(500));
  await queue.flush();
  await thread.endCapture(captureId, CAPTURE.startedAtMs + 1);
  await thread.close();
  assert.equal(told.length, 1, 'once a second at most');
  assert.match(told[0] ?? '', /records were dropped: .*full\.sqlite is written too slowly/);
  const tape = openTape(join(folder, 'full.sqlite'));
  assert.equal(tape.exchangeCount(), 200 - dropped + 1);
  assert.deepEqual(tape.captures()[0]?.drops, { queue_full: dropped });
  tape.close();
});

test('results that cannot be written are counted, and the trouble is known to every thread until it is over', async () => {
  const told: string[] = [];
  const thread = await start('refuses.sqlite', { onProblem: (sentence) => told.push(sentence) });
  const runId = await thread.beginRun(RUN);
  const queue = openTapeQueue(thread.connect());
  const other = new Database(join(folder, 'refuses.sqlite'));
  other.exec("CREATE TRIGGER refuse BEFORE INSERT ON results BEGIN SELECT RAISE(ABORT, 'no room'); END");
  queue.resultSink(runId).addAll([rawResult(0), rawResult(1)]);
  await queue.flush();
  assert.deepEqual(thread.drops(), { write_failed: 2 });
  await eventually(() => thread.trouble() === 'no room');
  other.exec('DROP TRIGGER refuse');
  other.close();
  await queue.flush();
  assert.equal(queue.trouble(), null);
  await eventually(() => thread.trouble() === null);
  queue.close();
  await thread.close();
  assert.match(told.join('\n'), /records could not be written to .*: no room\n.*can be written again/);
});

test('a thread that dies rejects what waits and loses what comes after, counted; nothing throws and close still ends', async () => {
  const told: string[] = [];
  const thread = await start('dies.sqlite', { onProblem: (sentence) => told.push(sentence) });
  const captureId = await thread.beginCapture(CAPTURE);
  const queue = openTapeQueue(thread.connect());
  const sink = queue.exchangeSink(captureId);
  sink.start(exchangeStart(1));
  sink.end(exchangeEnd(1, 0, 'die'));
  await assert.rejects(queue.flush(), /has ended/);
  await assert.rejects(thread.beginRun(RUN), /dies\.sqlite has ended/);
  sink.start(exchangeStart(2));
  assert.deepEqual(thread.drops(), { write_failed: 1 });
  assert.match(queue.trouble() ?? '', /has ended/);
  assert.match(thread.trouble() ?? '', /has ended/);
  await thread.close();
  assert.match(told.join(), /died, nothing more is recorded/);
});
