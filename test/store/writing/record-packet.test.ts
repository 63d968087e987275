import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RecordPacker, unpackRecords } from '../../../src/store/writing/record-packet.ts';
import type { ExchangeRecord } from '../../../src/store/writing/tape-messages.ts';
import { exchangeEnd, exchangeStart } from '../../helpers/sample-records.ts';

const bytes = fc.uint8Array({ maxLength: 300 });

/** What the records differ in. */
const difference = fc.record({
  kind: fc.constantFrom('start', 'part', 'forget', 'end'),
  text: fc.string({ unit: 'binary' }),
  sent: fc.option(bytes),
  body: fc.option(bytes),
  readUs: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
});
type Difference = typeof difference extends fc.Arbitrary<infer D> ? D : never;

/** Fresh memory for each: a packer frees what it was given. */
function recordOf({ kind, text, sent, body, readUs }: Difference, number: number): ExchangeRecord {
  const of = { captureId: 3, bytes: 4_096 };
  const logged = {
    body: body?.slice() ?? null,
    readUs: Float64Array.from(readUs),
    readBytes: Uint32Array.from(readUs, (_, i) => i),
    truncated: body === null,
    bodyBytes: 5,
    firstByteUs: readUs[0] ?? null,
  };
  if (kind === 'start')
    return {
      ...of,
      kind: 'exchange-start',
      start: { ...exchangeStart(number), path: text, headers: [text, text] },
    };
  if (kind === 'part') return { ...of, kind: 'exchange-part', number, part: logged };
  if (kind === 'forget') return { ...of, kind: 'exchange-forget', number, bytes: 0 };
  const { answer, ...end } = exchangeEnd(number);
  return {
    ...of,
    kind: 'exchange-end',
    end: { ...end, requestBody: sent?.slice() ?? null, answer: { ...answer, ...logged } },
  };
}

/** Compares by value, whatever kind of array. */
function plain(records: readonly ExchangeRecord[]): string {
  return JSON.stringify(records, (_, value) =>
    ArrayBuffer.isView(value) ? [...(value as Uint8Array)] : value,
  );
}

test('records come out of a packet as they were packed', () => {
  fc.assert(
    fc.property(fc.array(difference), (differences) => {
      const packer = new RecordPacker();
      for (const record of differences.map(recordOf)) packer.add(record);
      const packet = packer.take();
      assert.equal(plain(packet === null ? [] : unpackRecords(packet)), plain(differences.map(recordOf)));
      assert.equal(packet?.ends ?? 0, differences.filter(({ kind }) => kind === 'end').length);
      assert.equal(packet?.bytes ?? 0, 4_096 * differences.filter(({ kind }) => kind !== 'forget').length);
      assert.equal(packer.take(), null);
    }),
  );
});

test('a packet grows with what it holds, and long bodies are freed when they are packed', () => {
  const packer = new RecordPacker();
  const { answer, ...end } = exchangeEnd(1);
  const body = new Uint8Array(1_000_000).fill(7);
  packer.add({
    kind: 'exchange-end',
    captureId: 1,
    end: { ...end, answer: { ...answer, body } },
    bytes: 1_024,
  });
  assert.equal(body.length, 0);
  const packet = packer.take() ?? assert.fail('nothing was packed');
  const [record] = unpackRecords(packet);
  assert.ok(record?.kind === 'exchange-end');
  assert.equal(
    record.end.answer.body?.reduce((sum, byte) => sum + byte, 0),
    7_000_000,
  );
});
