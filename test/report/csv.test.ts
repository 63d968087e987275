import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PERCENTILES } from '../../src/measure/sample.ts';
import { csvColumns, csvReport } from '../../src/report/csv.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const [run] = sampleSummaries('before');
assert.ok(run !== undefined);

test('one row a run, as in the golden file', () => {
  assertGolden('report/golden/runs.csv', csvReport(sampleSummaries('before')));
});

test('names are unique and contain their units; docs/report.md describes each', () => {
  const names = csvColumns(PERCENTILES).map(([name]) => name);
  assert.equal(new Set(names).size, names.length);
  const page = readFileSync(new URL('../../docs/report.md', import.meta.url), 'utf8');
  for (const name of names) {
    const family = name.replace(/_(mean|stdev|p\d\d|max)_ms$|_count$/, '');
    const told = page.includes(`\`${name}\``) || page.includes(`\`${family}_…\``);
    assert.ok(told, name);
  }
});

test('percentiles that were asked for take the place of the usual ones', () => {
  const percentiles = ['p50', 'p99.9'] as const;
  const asked = { ...run, percentiles, ttftMs: { ...run.ttftMs, 'p99.9': 41.5 } };
  const [names, values] = csvReport([asked]).trimEnd().split('\n');
  const of = (name: string) => values?.split(',')[names?.split(',').indexOf(name) ?? -1];
  assert.equal(of('ttft_p99.9_ms'), '41.5');
  assert.equal(of('ttft_p50_ms'), String(Number(run.ttftMs.p50?.toPrecision(10))));
  assert.equal(of('ttft_p90_ms'), undefined);
});

test('a missing figure is empty, a text with commas or quotes is quoted', () => {
  const plain = { ...run, label: 'a,"b"', ttftMs: { ...run.ttftMs, p50: null } };
  const [names, values] = csvReport([plain]).trimEnd().split('\n');
  assert.match(values ?? '', /^1,1,"a,""b""",/);
  const at = names?.split(',').indexOf('ttft_p50_ms') ?? 0;
  assert.equal(values?.replace('"a,""b"""', 'x').split(',')[at], '');
});

test('a label can be neither a formula nor an extra line', () => {
  for (const label of ['=1+1', '+1', '-1', '@SUM(A1)']) {
    assert.equal(
      csvReport([{ ...run, label }])
        .split('\n')[1]
        ?.split(',')[2],
      `'${label}`,
    );
  }
  assert.equal(csvReport([{ ...run, label: 'a\r\nb\x1b' }]).split('\n').length, 3);
});
