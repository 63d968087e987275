import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Labels } from '../../../src/simulate/metrics/family.ts';
import { familiesIn, type Line } from '../../../src/simulate/metrics/family-table.ts';

interface Page {
  readonly labels: Labels;
  readonly n: number;
}

const TABLE: readonly Line<Page>[] = [
  { name: 'one', kind: 'gauge', help: 'h', values: ({ n }) => n },
  { name: 'new', kind: 'counter', in: ['v0.32', 'rust'], help: 'h', rustHelp: 'r', values: () => 1 },
  {
    name: 'by',
    kind: 'counter',
    help: 'h',
    by: 'why',
    lazyInRust: true,
    values: ({ n }) => ({ x: 0, y: n }),
  },
];

test('a table gives a dialect its families with the page’s labels', () => {
  const page = { labels: { engine: '0' }, n: 5 };
  const names = (dialect: 'v0.8.5' | 'rust'): string[] =>
    familiesIn(TABLE, dialect, page).map(({ name }) => name);
  assert.deepEqual(names('v0.8.5'), ['one', 'by']);
  assert.deepEqual(names('rust'), ['one', 'new', 'by']);
  const [one, by] = familiesIn(TABLE, 'v0.8.5', page);
  assert.deepEqual(one?.series, [{ labels: { engine: '0' }, value: 5 }]);
  assert.deepEqual(by?.series, [
    { labels: { engine: '0', why: 'x' }, value: 0 },
    { labels: { engine: '0', why: 'y' }, value: 5 },
  ]);
});

test('the Rust front end keeps silent about what it has not counted', () => {
  const lazy = familiesIn(TABLE, 'rust', { labels: {}, n: 5 }).at(-1);
  assert.deepEqual(lazy?.series, [{ labels: { why: 'y' }, value: 5 }]);
});
