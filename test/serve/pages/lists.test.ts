import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL_RUNS, type RunsQuery } from '../../../src/serve/address.ts';
import { homePage } from '../../../src/serve/pages/home-page.ts';
import { liveMarkup } from '../../../src/serve/pages/live-page.ts';
import { listRuns } from '../../../src/serve/pages/runs-list.ts';
import { LISTED, runFigures } from '../../../src/serve/run-figures.ts';
import type { LiveRow, RunFigures, RunRow, TapeRow } from '../../../src/serve/shelf.ts';
import { matrixRuns, reportedRun } from '../../helpers/sample-matrix.ts';

const EVIL = `"><script>alert(1)</script>'\u202e`;

function liveRow(more: Partial<LiveRow>): LiveRow {
  return {
    tape: 'a.sqlite',
    kind: 'run',
    id: 3,
    state: 'running',
    invalidReasons: [],
    name: 'before',
    cell: { threads: 1, connections: 8 },
    startedAtMs: 0,
    elapsedMs: 1,
    plannedMs: null,
    plannedRequests: null,
    quietMs: 0,
    figures: figures(1),
    inFlight: 0,
    requestsPerSec: 0,
    tokensPerSec: 0,
    ...more,
  };
}

function run(id: number, more: Partial<RunRow> = {}): RunRow {
  return {
    id,
    label: 'before',
    target: 'http://127.0.0.1:8000',
    cell: { threads: 1, connections: 8 },
    repeat: 1,
    startedAtMs: Date.UTC(2026, 10, 20 + id),
    lengthMs: 1_000,
    valid: true,
    version: '0.11.0',
    model: 'm',
    ...more,
  };
}

function tape(name: string, runs: readonly RunRow[]): TapeRow {
  const contents = { exchanges: 3, captures: [], runs };
  return {
    name,
    path: `recordings/${name}`,
    bytes: 4096,
    changedMs: 0,
    isWritten: false,
    contents,
    problem: null,
  };
}

const [first] = LISTED;
assert.ok(first !== undefined);

function figures(value: number | null): RunFigures {
  return { requests: 10, errors: 0, values: { [first?.key ?? '']: value }, spark: [1, 2, 3] };
}

const TAPES = [
  tape('a.sqlite', [run(1), run(2, { label: 'After', valid: false, version: null })]),
  tape('b.sqlite', [
    run(3, { cell: { threads: 1, connections: 2 }, model: 'other' }),
    run(4, { lengthMs: null, valid: false }),
  ]),
];
const VALUES: Readonly<Record<number, RunFigures | null>> = {
  1: figures(5),
  2: figures(null),
  3: figures(7),
  4: null,
};
const figuresOf = (_tape: string, { id }: RunRow): RunFigures | null => VALUES[id] ?? null;

function ids(query: Partial<RunsQuery>): readonly number[] {
  return listRuns(TAPES, figuresOf, { ...ALL_RUNS, ...query }).rows.map((one) => one.run.id);
}

test('runs of all tapes are one list, the newest first', () => {
  assert.deepEqual(ids({}), [4, 3, 2, 1]);
  assert.deepEqual(ids({ falling: false }), [1, 2, 3, 4]);
});

test('filters are parts of names regardless of case, days include their ends', () => {
  assert.deepEqual(ids({ texts: { label: 'aft' } }), [2]);
  assert.deepEqual(ids({ texts: { tape: 'B.', model: 'OTHER' } }), [3]);
  assert.deepEqual(ids({ texts: { load: '1x8', version: '0.11' } }), [4, 1]);
  assert.deepEqual(ids({ valid: false }), [4, 2]);
  assert.deepEqual(ids({ from: '2026-11-22', to: '2026-11-23' }), [3, 2]);
  assert.deepEqual(ids({ texts: { target: 'nowhere' } }), []);
});

test('in any order, runs without the figure come last', () => {
  assert.deepEqual(ids({ order: first.key, falling: true }), [3, 1, 4, 2]);
  assert.deepEqual(ids({ order: first.key, falling: false }), [1, 3, 4, 2]);
  assert.deepEqual(ids({ order: 'load', falling: false })[0], 3);
  assert.deepEqual(ids({ order: 'version', falling: true }).at(-1), 2);
});

test('a long list has pages, and runs that are still measured are counted', () => {
  const many = [
    tape(
      'many.sqlite',
      Array.from({ length: 250 }, (_, i) => run(i + 1)),
    ),
  ];
  const list = listRuns(many, () => null, { ...ALL_RUNS, page: 3 });
  assert.deepEqual([list.rows.length, list.count, list.measuring], [50, 250, 250]);
});

test('figures of a list are those of the report, and a line over the run has a bounded number of steps', () => {
  const [sample] = matrixRuns({ windowSec: 3, streamed: true, repeats: 1 });
  assert.ok(sample !== undefined);
  const { summary, series } = reportedRun(sample.run, sample.results);
  const made = runFigures(summary, series.timeline);
  assert.equal(made.values[first.key], summary.servedOutputTokensPerSec);
  assert.equal(made.requests, summary.requests);
  assert.ok(made.spark.length <= 24 && made.spark.some((value) => value > 0));
});

test('a hostile name stays text in the list and in what is running', () => {
  const tapes = [
    tape(EVIL, [run(1, { label: EVIL, target: EVIL, version: EVIL, model: EVIL })]),
    { ...tape('c', []), contents: null, problem: EVIL },
  ];
  const query = { ...ALL_RUNS, texts: { label: '' } };
  const runs = listRuns(tapes, () => null, ALL_RUNS);
  const { more, command } = homePage({ given: [EVIL], toolVersion: '1', tapes, runs, query }, 'en');
  assert.doesNotMatch(more, /<script|\u202e/);
  assert.match(more, /&lt;script&gt;/);
  assert.match(command ?? '', /^reprise serve "\$\(printf/);
  const row = liveRow({ tape: EVIL, kind: 'capture', id: 1, state: 'killed', name: EVIL, cell: null });
  const live = liveMarkup({ atMs: 0, rows: [row], comparisons: [] }, 'zh');
  assert.doesNotMatch(live, /<script|\u202e/);
  assert.match(live, /data-state="killed"/);
});

test('a run that has ended and is not valid says why, and what to do', () => {
  const row = liveRow({
    state: 'ended',
    invalidReasons: [{ kind: 'noneAnswered' }, { kind: 'resultsLost', results: 2 }],
  });
  const shown = (one: LiveRow) => liveMarkup({ atMs: 0, rows: [one], comparisons: [] }, 'en');
  assert.match(
    shown(row),
    /<article class="worse".*✕ ended.*<p>Run 3 \(1x8\) is not valid: no request was answered before sending ended: give a longer --duration; 2 results could not be written/s,
  );
  assert.match(shown({ ...row, invalidReasons: [] }), /<article class="better".*✓ ended/s);
});
