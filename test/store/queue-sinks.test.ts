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

test('the memory of bodies and reads is given away, and weighed', () => {
  const records: [TapeRecord, readonly ArrayBuffer[]][] = [];
  const sink = exchangeSink(1, (record, transfer) => records.push([record, transfer]) > 0);
  const end = exchangeEnd(1);
  sink.end(end);
  const [record, transfer] = records[0] ?? assert.fail('nothing was offered');
  assert.ok(record.kind === 'exchange-end');
  const { answer, requestBody } = end;
  const arrays = [requestBody, answer.body, answer.readUs, answer.readBytes];
  assert.deepEqual(new Set(transfer), new Set(arrays.map((array) => array?.buffer)));
  assert.equal(record.bytes, 2_048 + arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0));
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
