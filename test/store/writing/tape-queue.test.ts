import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { unpackRecords } from '../../../src/store/writing/record-packet.ts';
import { tapeCounters } from '../../../src/store/writing/tape-counters.ts';
import type { ExchangeRecord, RecordPacket } from '../../../src/store/writing/tape-messages.ts';
import { exchangeSink, openTapeQueue } from '../../../src/store/writing/tape-queue.ts';
import { exchangeEnd, exchangeStart, rawResult } from '../../helpers/sample-records.ts';
import { tapeLine } from '../../helpers/tape-line.ts';

test('an exchange whose start was dropped is not ended: it counts once', () => {
  const kinds: string[] = [];
  const sink = exchangeSink(1, (record) => {
    kinds.push(record.kind);
    return kinds.length !== 1;
  });
  sink.start(exchangeStart(1));
  sink.start(exchangeStart(2));
  sink.end(exchangeEnd(1));
  sink.end(exchangeEnd(2));
  assert.deepEqual(kinds, ['exchange-start', 'exchange-start', 'exchange-end']);
});

test('the memory of bodies and reads is weighed', () => {
  const records: ExchangeRecord[] = [];
  exchangeSink(1, (record) => records.push(record) > 0).end(exchangeEnd(1));
  assert.equal(records[0]?.bytes, 3_072, 'in whole units');
});

test('a part that does not fit gives the whole exchange up, counted once', () => {
  const kinds: string[] = [];
  const sink = exchangeSink(1, (record) => {
    kinds.push(record.kind);
    return record.kind !== 'exchange-part';
  });
  const { answer } = exchangeEnd(1);
  sink.start(exchangeStart(1));
  sink.part(1, answer);
  sink.part(1, answer);
  sink.end(exchangeEnd(1));
  assert.deepEqual(kinds, ['exchange-start', 'exchange-part', 'exchange-forget']);
});

test('an end that does not fit takes its row with it', () => {
  const kinds: string[] = [];
  const sink = exchangeSink(1, (record) => {
    kinds.push(record.kind);
    return record.kind !== 'exchange-end';
  });
  sink.start(exchangeStart(1));
  sink.end(exchangeEnd(1));
  assert.deepEqual(kinds, ['exchange-start', 'exchange-end', 'exchange-forget']);
});

test('records are collected into one message, in order', async () => {
  const { port1, port2 } = new MessageChannel();
  const messages: unknown[] = [];
  port2.on('message', (message) => messages.push(message));
  const queue = openTapeQueue({
    port: port1,
    counters: tapeCounters().shared,
    queueBytes: 1e9,
    ledger: null,
  });
  const sink = queue.exchangeSink(7);
  for (const number of [1, 2]) sink.start(exchangeStart(number));
  for (const number of [1, 2]) sink.end(exchangeEnd(number));
  while (messages.length < 1) await turn();
  sink.start(exchangeStart(3));
  queue.close();
  while (messages.length < 2) await turn();
  const kinds = messages.map((message) => {
    const { args } = message as { readonly args: readonly [RecordPacket] };
    return unpackRecords(args[0])
      .map((record) => record.kind.replace('exchange-', ''))
      .join(' ');
  });
  assert.deepEqual(kinds, ['start start end end', 'start'], 'closing sends what there is');
});

test('a batch of results is one pack; the results keep their memory', async () => {
  const line = tapeLine();
  const queue = openTapeQueue(line.connect());
  const batch = [rawResult(0), rawResult(1)];
  queue.resultSink(1).addAll(batch);
  await queue.flush();
  assert.deepEqual(line.results, batch);
  assert.ok((batch[0]?.answer.readUs.length ?? 0) > 0);
  queue.close();
});

test('results that do not fit are dropped and counted one by one, at four times what exchanges may fill', async () => {
  const line = tapeLine(5_000);
  const queue = openTapeQueue(line.connect());
  const large = rawResult(0);
  const tooLarge = { ...large, answer: { ...large.answer, body: new Uint8Array(100_000) } };
  const sink = queue.resultSink(1);
  sink.addAll([large, tooLarge, large, large, large, large, large, large]);
  await queue.flush();
  assert.equal(line.results.length, 6, 'of 3 KiB each in 20 kB');
  assert.deepEqual(line.counters.drops(), { queue_full: 2 });
  queue.exchangeSink(1).start(exchangeStart(1));
  assert.deepEqual(line.counters.drops(), { queue_full: 3 });
  line.counters.dequeue(6 * 3_072);
  sink.addAll([large]);
  assert.deepEqual(line.counters.drops(), { queue_full: 3 });
  queue.close();
});

test('when the other side is gone everything is counted as not written, and a flush fails', async () => {
  const { port1, port2 } = new MessageChannel();
  const counters = tapeCounters();
  const queue = openTapeQueue({ port: port1, counters: counters.shared, queueBytes: 1e9, ledger: null });
  port2.close();
  await assert.rejects(queue.flush(), /the thread that writes the tape has ended/);
  queue.resultSink(1).addAll([rawResult(0), rawResult(1)]);
  const sink = queue.exchangeSink(1);
  sink.start(exchangeStart(1));
  sink.end(exchangeEnd(1));
  assert.deepEqual(counters.drops(), { write_failed: 3 });
});
