import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Fault, parseFault } from '../../../src/simulate/faults/fault.ts';
import { createFaultList } from '../../../src/simulate/faults/fault-list.ts';

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
