import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ERROR_CODES, TRANSPORT_ENDS } from '../../../src/model/outcome.ts';
import type { RawResult } from '../../../src/model/result.ts';
import { memoryOfPack, packResults, unpackResults } from '../../../src/store/writing/result-pack.ts';

const HEADS = [[], ['date', 'x', 'server', 'uvicorn'], ['content-type', 'text/event-stream']];
const whole = fc.nat(1e9);
const instant = fc.double({ min: -1e6, max: 1e12, noNaN: true });
const orNull = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value);

const PLAIN = { noNullPrototype: true } as const;
const answer = fc.array(fc.tuple(instant, fc.nat(5_000))).chain((reads) =>
  fc.record(
    {
      status: orNull(fc.constantFrom(200, 404, 503)),
      headers: fc.constantFrom(...HEADS),
      headersUs: orNull(instant),
      firstByteUs: orNull(instant),
      finishedUs: instant,
      transport: fc.constantFrom(...TRANSPORT_ENDS),
      error: orNull(
        fc.record(
          {
            code: fc.constantFrom(...ERROR_CODES),
            detail: orNull(fc.constantFrom('', 'ECONNRESET', 'größer')),
          },
          { noNullPrototype: true },
        ),
      ),
      body: orNull(fc.uint8Array({ maxLength: 60 })),
      truncated: fc.boolean(),
      bodyBytes: whole,
      readUs: fc.constant(Float64Array.from(reads, ([us]) => us)),
      readBytes: fc.constant(Uint32Array.from(reads, ([, bytes]) => bytes)),
    },
    PLAIN,
  ),
);
const result: fc.Arbitrary<RawResult> = fc.record(
  {
    seq: whole,
    exchangeId: whole,
    thread: fc.nat(100),
    connection: fc.nat(1_000),
    scheduledUs: instant,
    sentUs: orNull(instant),
    path: fc.constantFrom('/v1/chat/completions', '/v1/completions'),
    wireBytes: whole,
    plannedAbort: fc.boolean(),
    askedTokens: fc.option(fc.nat()),
    answer,
  },
  PLAIN,
);

test('property: what is packed, handed over and unpacked is what it was', () => {
  fc.assert(
    fc.property(fc.array(result, { maxLength: 8 }), (results) => {
      const pack = packResults(results);
      const there = structuredClone(pack, { transfer: memoryOfPack(pack) });
      assert.deepEqual(unpackResults(there), results);
      assert.equal(pack.memory.byteLength, 0, 'its memory was given away');
    }),
  );
});

test('the results keep their own memory; a word is handed over once', () => {
  const [sample] = fc.sample(result, 1);
  assert.ok(sample !== undefined);
  const body = new Uint8Array([1, 2, 3]);
  const one = { ...sample, answer: { ...sample.answer, body, error: null } };
  const pack = packResults([one, one]);
  assert.deepEqual(pack.texts, [one.path, one.answer.transport]);
  assert.equal(pack.headers.length, 1);
  body.fill(9);
  assert.deepEqual([...(unpackResults(pack)[1]?.answer.body ?? [])], [1, 2, 3]);
});
