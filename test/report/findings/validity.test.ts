import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WrkFigures } from '../../../src/measure/as/wrk-figures.ts';
import {
  errors,
  generator,
  noValidRun,
  percentiles,
  traffic,
  wrkLines,
} from '../../../src/report/findings/validity.ts';
import { factsOf, PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const page = sampleGroup(PAGE_CELLS);
const withAll = (overrides: object) => sampleGroup(PAGE_CELLS.map((cell) => ({ ...cell, overrides })));

test('without a valid run only the reasons are listed, each once', () => {
  const bad = withAll({ valid: false, invalidReasons: [{ kind: 'noneSucceeded' }] });
  assert.deepEqual(factsOf(noValidRun(bad), 'noValidRun'), [{ reasons: [{ kind: 'noneSucceeded' }] }]);
  assert.deepEqual(noValidRun(page), []);
});

test('errors by outcome, most frequent first, without aborts by the client', () => {
  const bad = withAll({ errors: 3, outcomes: { ok: 990, client_aborted: 7, http_error: 1, timeout: 2 } });
  assert.deepEqual(factsOf(errors(bad), 'errors'), [
    {
      errors: 12,
      requests: 4_000,
      outcomes: [
        ['timeout', 8],
        ['http_error', 4],
      ],
    },
  ]);
  assert.deepEqual(factsOf(errors(page), 'noErrors'), [{ requests: 4_000 }]);
  assert.deepEqual(errors(withAll({ requests: 0 })), []);
});

test('the load generator by its worst figures', () => {
  const [facts] = factsOf(generator(page), 'generator');
  assert.deepEqual([facts?.runs, facts?.occupancy], [4, 0.99]);
  assert.deepEqual(generator(withAll({ health: null })), []);
});

test('cells that cannot carry a p99 are named with their requests', () => {
  const first = PAGE_CELLS[0];
  const e2elMs = { ...page.runs[0]?.e2elMs, count: 400 } as (typeof page.runs)[0]['e2elMs'];
  assert.ok(first !== undefined);
  const few = sampleGroup([{ ...first, overrides: { e2elMs } }, ...PAGE_CELLS.slice(1)]);
  assert.deepEqual(factsOf(percentiles(few), 'percentiles'), [
    { wanted: 662, cells: [{ cell: { threads: 10, connections: 20 }, requests: 400 }] },
  ]);
  assert.deepEqual(percentiles(page), []);
});

test('nothing streamed, and one request over and over, limit what is said', () => {
  const stats = page.runs[0]?.ttftMs;
  const plain = withAll({ ttftMs: { ...stats, count: 0 } });
  assert.deepEqual(
    traffic(plain).map(({ kind }) => kind),
    ['notStreamed', 'oneRequest'],
  );
  const mixed = withAll({ settings: { ...page.runs[0]?.settings, exchanges: 28 } });
  assert.deepEqual(traffic(mixed), []);
});

test('wrk’s Req/Sec line is held against the rate, its window against what was served', () => {
  const figures = (mean: number) => ({ reqSec: { mean } }) as WrkFigures;
  const wrk = new Map([
    [1, figures(0.634)],
    [2, figures(20.14)],
  ]);
  const [line] = factsOf(wrkLines(page, wrk), 'reqSecLine');
  assert.deepEqual([line?.run, Math.round(line?.claimed ?? 0)], [2, 201]);
  assert.deepEqual(wrkLines(page, new Map([[1, figures(0.634)]])), []);
  const cut = withAll({ servedRequestsPerSec: 27.7, drained: 100 });
  assert.equal(factsOf(wrkLines(cut, new Map()), 'cutByWindow')[0]?.run, 1);
});
