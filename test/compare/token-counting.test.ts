import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CountedRun, countingDifference, lengthsNotKept } from '../../src/compare/token-counting.ts';
import { NO_SAMPLE } from '../../src/measure/sample.ts';

const run = (tokenSources: CountedRun['tokenSources'], mean = 10, generated = 100): CountedRun => ({
  tokenSources,
  completionLength: { ...NO_SAMPLE, mean, count: 10 },
  pinnedTokens: { asked: 100, generated },
});

const difference = (before: CountedRun, after: CountedRun) => countingDifference([before], [after]);

test('by usage on both sides, finally or with every event: counted alike, whatever the lengths', () => {
  assert.equal(difference(run({ usage: 100 }), run({ usage: 40, continuous_usage: 60 }, 7)), null);
});

test('more than one request of a hundred counted in the other way: counted apart', () => {
  const usage = run({ usage: 1000 });
  assert.equal(difference(usage, run({ usage: 995, chunks: 5 })), null);
  assert.deepEqual(difference(usage, run({ usage: 980, chunks: 20 })), {
    kind: 'countedApart',
    before: 'usage',
    after: 'both',
  });
  assert.deepEqual(difference(run({ chunks: 9 }), usage), {
    kind: 'countedApart',
    before: 'events',
    after: 'usage',
  });
});

test('by events on both sides: alike only when a response has as many of them', () => {
  assert.equal(difference(run({ chunks: 9 }, 10), run({ chunks: 9 }, 10.04)), null);
  assert.deepEqual(difference(run({ chunks: 9 }, 24), run({ chunks: 9 }, 6)), {
    kind: 'eventsDiffer',
    before: 24,
    after: 6,
  });
});

test('a side that counted nothing is compared by what it has', () => {
  assert.equal(difference(run({ none: 9 }), run({ usage: 9 })), null);
  assert.equal(countingDifference([], [run({ usage: 9 })]), null);
});

test('the side that did not keep lengths is named with its sums', () => {
  assert.deepEqual(lengthsNotKept([run({}, 10)], [run({}, 10, 40), run({}, 10, 40)]), [
    { kind: 'lengthsNotKept', side: 'after', asked: 200, generated: 80 },
  ]);
});
