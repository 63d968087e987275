import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FAULT_KINDS, faultFromJson, parseFault } from '../../../src/simulate/faults/fault.ts';

test('a word is its kind and what it sets; the rest has defaults that fit the kind', () => {
  assert.deepEqual(parseFault('cut, after=20 ,probability=0.1'), {
    kind: 'cut',
    probability: 0.1,
    after: 20,
    ms: 0,
    status: 500,
    over: 0,
    header: null,
  });
  const stall = parseFault('stall,header=X-Test: a:b');
  assert.ok(typeof stall !== 'string');
  assert.deepEqual([stall.ms, stall.header], [5_000, { name: 'x-test', value: 'a:b' }]);
});

test('a word and its object are one', () => {
  const number = (max: number) => fc.double({ min: 0, max, noNaN: true });
  const faults = fc.record(
    {
      kind: fc.constantFrom(...FAULT_KINDS),
      probability: number(1),
      after: fc.nat(1e9),
      ms: number(1e6),
      status: fc.integer({ min: 400, max: 599 }),
      header: fc.stringMatching(/^x-[a-z]{1,5}:[a-z]{0,5}$/),
    },
    { requiredKeys: ['kind'] },
  );
  fc.assert(
    fc.property(faults, ({ kind, ...settings }) => {
      const word = [kind, ...Object.entries(settings).map(([name, value]) => `${name}=${value}`)].join(',');
      const fault = parseFault(word);
      assert.ok(typeof fault !== 'string', String(fault));
      assert.deepEqual(faultFromJson({ kind, ...settings }), fault);
      assert.deepEqual(faultFromJson(word), fault);
    }),
  );
});

test('what is wrong is said in a sentence that names it', () => {
  const cases: readonly (readonly [unknown, string])[] = [
    ['crash', `the fault crash must begin with one of ${FAULT_KINDS.join(', ')}`],
    ['cut,20', 'the fault cut,20 has "20" where NAME=VALUE is expected'],
    [
      'cut,later=2',
      'the fault cut,later=2 has "later", which is none of probability, after, ms, status, over, header',
    ],
    ['cut,after=', 'the fault cut,after= has after=, which is no number from 0 to 1000000000'],
    ['error,status=200', 'the fault error,status=200 has status=200, which is no number from 400 to 599'],
    ['cut,header=x', 'the fault cut,header=x has header=x where header=NAME:VALUE is expected'],
    [
      { kind: 'cut', probability: '1' },
      'the fault {"kind":"cut","probability":"1"} has probability=1, which is no number from 0 to 1',
    ],
    [7, 'a fault is an object like {"kind":"cut","after":20}, not 7'],
  ];
  for (const [value, sentence] of cases) assert.equal(faultFromJson(value), sentence);
});
