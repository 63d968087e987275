import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createFaultList,
  FAULT_KINDS,
  type Fault,
  faultFromJson,
  parseFault,
} from '../../../src/simulate/faults/fault.ts';

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

function faultsOf(...words: readonly string[]): readonly Fault[] {
  return words.map((word) => {
    const fault = parseFault(word);
    assert.ok(typeof fault !== 'string', String(fault));
    return fault;
  });
}

test('the first that meets a request is chosen and counted', () => {
  const list = createFaultList(faultsOf('cut,header=x-test:yes', 'stall', 'drip'), 1);
  assert.equal(list.choose({ 'x-test': 'yes' })?.kind, 'cut');
  assert.equal(list.choose({ 'x-test': 'no' })?.kind, 'stall');
  assert.equal(list.choose({})?.kind, 'stall');
  assert.deepEqual(
    list.all().map(({ kind, met }) => [kind, met]),
    [
      ['cut', 1],
      ['stall', 2],
      ['drip', 0],
    ],
  );
});

test('a probability is a share, the same for the same seed; those that it spares meet the next', () => {
  const kinds = (seed: number): string[] => {
    const list = createFaultList(faultsOf('cut,probability=0.3', 'stall'), seed);
    return Array.from({ length: 2_000 }, () => list.choose({})?.kind ?? 'none');
  };
  assert.deepEqual(kinds(5), kinds(5));
  assert.notDeepEqual(kinds(5), kinds(6));
  const cut = kinds(5).filter((kind) => kind === 'cut').length;
  // Five deviations of a binomial around 600 are 102.
  assert.ok(Math.abs(cut - 600) < 102, `${cut} of 2000`);
  assert.deepEqual([...new Set(kinds(5))].sort(), ['cut', 'stall']);
});

test('a request may ask for its own fault; a word that means nothing is ignored', () => {
  const list = createFaultList([], 1);
  assert.equal(list.choose({ 'x-reprise-fault': 'cut,after=3' })?.after, 3);
  assert.equal(list.choose({ 'x-reprise-fault': 'nonsense' }), null);
  assert.deepEqual(list.all(), []);
});

test('a list takes the place of what was in force, unless one of its faults is wrong', () => {
  const list = createFaultList(faultsOf('cut'), 1);
  assert.equal(list.replace(['stall', { kind: 'drip', ms: 2 }]), null);
  assert.deepEqual(
    list.all().map(({ kind, ms }) => [kind, ms]),
    [
      ['stall', 5_000],
      ['drip', 2],
    ],
  );
  assert.match(list.replace(['cut', 'crash']) ?? '', /^the fault crash must begin with/);
  assert.equal(list.replace({ kind: 'cut' }), 'faults are given as a JSON list');
  assert.equal(list.all().length, 2);
  list.clear();
  assert.equal(list.choose({}), null);
});
