import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { METRIC_LIST, metricsOf } from '../../src/measure/metric-table.ts';
import type { RunSummary } from '../../src/measure/run-summary.ts';

const read = (page: string): string => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');

/** Rows of the tables of docs/metrics.md that define a key. */
const DEFINED = new Map(
  [...read('metrics.md').matchAll(/^\| [^|]*\(`(\w+)`[^|]*\| (.*) \|$/gm)].map(([, key = '', text = '']) => [
    key,
    text,
  ]),
);

test('docs/metrics.md has the definition of every metric, and of no other', () => {
  for (const { key, definition } of METRIC_LIST) assert.equal(DEFINED.get(key), definition, key);
  const keys: readonly string[] = METRIC_LIST.map(({ key }) => key);
  assert.deepEqual(
    [...DEFINED.keys()].filter((key) => !keys.includes(key)),
    [],
  );
});

test('docs/json.md shows every metric of a run where the table reads it', () => {
  const example = /## replay --json[\s\S]*?```json\n([\s\S]*?)```/.exec(read('json.md'))?.[1] ?? '';
  const [run] = (JSON.parse(example) as { readonly runs: readonly [RunSummary] }).runs;
  for (const { key } of metricsOf('request', 'gaps', 'sending'))
    assert.equal(typeof run[key].count, 'number', key);
  for (const { key, of } of metricsOf('scalar')) {
    const value = of(run);
    assert.ok(value === null || typeof value === 'number', `${key} is ${value}`);
  }
});
