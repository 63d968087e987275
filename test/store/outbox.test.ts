import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createOutbox } from '../../src/store/outbox.ts';
import type { TapeRecord, ToTapeThread } from '../../src/store/tape-messages.ts';
import { exchangeStart } from '../helpers/sample-records.ts';

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
