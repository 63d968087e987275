import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchangeSink, resultSink } from '../../src/store/queue-sinks.ts';
import type { TapeRecord } from '../../src/store/tape-messages.ts';
import { exchangeEnd, exchangeStart, rawResult } from '../helpers/sample-records.ts';

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

test('memory of its own is given away, views on larger memory are copied', () => {
  const records: [TapeRecord, readonly ArrayBuffer[]][] = [];
  const sink = exchangeSink(1, (record, transfer) => records.push([record, transfer]) > 0);
  const end = exchangeEnd(1);
  const pooled = Buffer.from('pooled request body');
  assert.ok(pooled.buffer.byteLength > pooled.byteLength, 'Buffer.from takes from the pool');
  sink.end({ ...end, requestBody: pooled });
  const [record, transfer] = records[0] ?? assert.fail('nothing was offered');
  assert.ok(record.kind === 'exchange-end');
  assert.ok(transfer.includes(end.answer.readUs.buffer as ArrayBuffer));
  assert.equal(transfer.includes(pooled.buffer as ArrayBuffer), false);
  assert.equal(Buffer.from(record.end.requestBody ?? []).toString(), 'pooled request body');
  assert.ok(record.bytes > 2_048);
});

test('a result is weighed by its body', () => {
  const bytes: number[] = [];
  const sink = resultSink(1, (record) => bytes.push(record.bytes) > 0);
  const raw = rawResult(1);
  sink.add(raw);
  sink.add({ ...raw, answer: { ...raw.answer, body: new Uint8Array(100_000) } });
  assert.ok((bytes[1] ?? 0) - (bytes[0] ?? 0) > 99_000);
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
