import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSeries } from '../../../src/measure/run-series.ts';
import { drift, interruptions, repeats, spread } from '../../../src/report/findings/stability.ts';
import { factsOf, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const page = sampleGroup(PAGE_CELLS);

function seriesOf(ratios: readonly number[], standardError: number): ReadonlyMap<number, RunSeries> {
  return new Map(
    ratios.map((ratio, i) => [
      i + 1,
      { drift: { windows: [], ratio, standardError, df: 7 } } as unknown as RunSeries,
    ]),
  );
}

test('repeated runs have a variation, single runs have none', () => {
  const group = sampleGroup([{ connections: 20, requestsPerSec: 6, meanMs: 3_000, runs: 3 }]);
  const [facts] = factsOf(repeats(group), 'repeats');
  assert.ok(Math.abs((facts?.cv ?? 0) - 0.002) < 1e-6);
  assert.deepEqual(factsOf(repeats(page), 'noRepeats'), [{ cells: 4 }]);
  assert.deepEqual(repeats(sampleGroup([])), []);
});

test('variation within runs from the narrowest to the widest cell', () => {
  const [narrow, wide] = [0.01, 0.3].map((share, i) => {
    const cell = PAGE_CELLS[i];
    assert.ok(cell !== undefined);
    const e2elMs = {
      ...page.runs[0]?.e2elMs,
      mean: 1_000,
      stdev: 1_000 * share,
    } as (typeof page.runs)[0]['e2elMs'];
    return { ...cell, overrides: { e2elMs } };
  });
  assert.ok(narrow !== undefined && wide !== undefined);
  const [facts] = factsOf(spread(sampleGroup([wide, narrow])), 'spread');
  assert.deepEqual([facts?.narrow.cv, facts?.wide.cv], [0.01, 0.3]);
  assert.deepEqual(spread(sampleGroup([narrow])), []);
});

test('a drift beyond the margin and beyond chance is reported run by run', () => {
  const found = drift(page, seriesOf([1.001, 1.08, 0.999, 1.0], 0.005));
  assert.deepEqual(
    factsOf(found, 'drift').map(({ run }) => run),
    [2],
  );
});

test('steady is said only when every run is', () => {
  const [steady] = factsOf(drift(page, seriesOf([1.001, 1.01, 0.985, 1], 0.005)), 'steady');
  assert.deepEqual([steady?.runs, Number(steady?.largest.toFixed(3))], [4, 0.015]);
  // Beyond the margin, but chance may explain it: neither is said.
  assert.deepEqual(drift(page, seriesOf([1.001, 1.05, 1, 1], 0.05)), []);
  assert.deepEqual(drift(page, new Map()), []);
});

test('interruptions are reported run by run, but not where the client itself paused', () => {
  const group = sampleGroup([{ connections: 4, requestsPerSec: 6, meanMs: 300, runs: 2 }]);
  const seen = {
    coldStart: { requests: 4, medianMs: 900, laterMs: 60, untilMs: 935 },
    stalls: [{ atMs: 1_400, lengthMs: 2_500 }],
    outages: [],
  };
  const series = new Map([[1, { interruptions: seen } as unknown as RunSeries]]);
  assert.deepEqual(
    interruptions(group, series).map(({ kind }) => kind),
    ['coldStart', 'stall'],
  );
  const [run, ...others] = group.runs;
  assert.ok(run?.health);
  const paused = { ...run, health: { ...run.health, loopDelayMaxMs: 1_300 } };
  const [cell] = group.cells;
  assert.ok(cell !== undefined);
  const cells = [{ ...cell, runs: [paused, ...others], valid: [paused, ...others] }];
  assert.deepEqual(interruptions({ ...group, cells }, series), []);
});
