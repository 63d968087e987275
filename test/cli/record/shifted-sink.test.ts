import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shiftedSink } from '../../../src/cli/record/shifted-sink.ts';
import type { ExchangeEnd, ExchangeSink, ExchangeStart } from '../../../src/model/exchange.ts';
import { exchangeEnd, exchangeStart } from '../../helpers/sample-records.ts';

test('every instant is moved, nulls stay null, and nothing else changes', () => {
  const starts: ExchangeStart[] = [];
  const parts: number[][] = [];
  const ends: ExchangeEnd[] = [];
  const sink: ExchangeSink = {
    start: (start) => starts.push(start),
    part: (_number, { readUs }) => parts.push([...readUs]),
    end: (end) => ends.push(end),
  };
  const shifted = shiftedSink(sink, 5_000);
  const late = exchangeEnd(1, 10_000);
  shifted.start(exchangeStart(1, 10_000));
  shifted.part(1, late.answer);
  shifted.end({ ...late, requestEndUs: null });
  assert.deepEqual(starts, [exchangeStart(1, 5_000)]);
  assert.deepEqual(parts, [[15_000, 25_000, 35_000]]);
  assert.deepEqual(ends, [{ ...exchangeEnd(1, 5_000, '{"n":1}'), requestEndUs: null }]);
  assert.equal(shiftedSink(sink, 0), sink);
});
