import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { unpackResults } from '../../src/model/result-pack.ts';
import { createOutbox } from '../../src/store/outbox.ts';
import { resultRecord } from '../../src/store/queue-sinks.ts';
import type { TapeRecord, ToTapeThread } from '../../src/store/tape-messages.ts';
import { exchangeStart, rawResult } from '../helpers/sample-records.ts';

function record(number: number): TapeRecord {
  return { kind: 'exchange-start', captureId: 1, start: exchangeStart(number), bytes: 1 };
}

test('the records of one turn are one message, in order, with their memory; none is sent twice', async () => {
  const sent: { readonly message: ToTapeThread; readonly memory: unknown }[] = [];
  const outbox = createOutbox({
    postMessage: (message: ToTapeThread, memory: unknown) => sent.push({ message, memory }),
  });
  const [a, b] = [new ArrayBuffer(1), new ArrayBuffer(2)];
  outbox.push(record(1), [a]);
  outbox.push(record(2), [b]);
  assert.equal(sent.length, 0);
  await turn();
  assert.deepEqual(sent, [{ message: { kind: 'records', records: [record(1), record(2)] }, memory: [a, b] }]);
  outbox.push(record(3), []);
  outbox.flush();
  outbox.flush();
  await turn();
  assert.equal(sent.length, 2);
});

test('the results of a turn are packed, each run by itself', async () => {
  const sent: ToTapeThread[] = [];
  const outbox = createOutbox({ postMessage: (message: ToTapeThread) => sent.push(message) });
  outbox.push(record(1), []);
  for (const runId of [7, 8, 7]) outbox.push(resultRecord(runId, rawResult(runId)), []);
  await turn();
  assert.deepEqual(
    sent.map((message) =>
      message.kind === 'results' ? [message.runId, unpackResults(message.pack).length] : message.kind,
    ),
    ['records', [7, 2], [8, 1]],
  );
});
