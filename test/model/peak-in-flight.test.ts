import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { peakInFlight } from '../../src/model/result.ts';

const peakOf = (...spans: readonly (readonly [number, number])[]): number =>
  peakInFlight(
    spans.map(([begin]) => begin),
    spans.map(([, end]) => end),
  );

test('one that ends when another begins is over; one without length counts alone', () => {
  assert.equal(peakOf(), 0);
  assert.equal(peakOf([0, 5], [5, 9]), 1);
  assert.equal(peakOf([0, 4], [1, 3], [2, 5], [4, 6]), 3);
  assert.equal(peakOf([7, 7]), 1);
});

test('the peak is that of a count at every beginning', () => {
  const span = fc.tuple(fc.nat(100), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 30 }), (spans) => {
      const counts = spans.map(
        ([at]) => spans.filter(([from, lasts]) => from <= at && at < from + lasts).length,
      );
      assert.equal(
        peakOf(...spans.map(([from, lasts]) => [from, from + lasts] as const)),
        Math.max(...counts),
      );
    }),
  );
});
