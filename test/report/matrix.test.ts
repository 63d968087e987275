import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { serverFigures } from '../../src/measure/server/server-figures.ts';
import { matrixNotes, matrixOf, rowId } from '../../src/report/matrix.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { groupRuns } from '../../src/report/runs-report.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const [a, b, c] = sampleSummaries('before');
assert.ok(a !== undefined && b !== undefined && c !== undefined);

const matrixIn = (runs: readonly RunSummary[], language: 'en' | 'zh' = 'en') =>
  matrixOf(groupRuns(runs), messagesOf(language));
type Matrix = ReturnType<typeof matrixIn>;

const column = ({ main, more }: Matrix, name: string) => {
  const table = main.header.includes(name) ? main : more;
  return table.rows.map((row) => row[table.header.indexOf(name)]);
};

test('what decides comes first, the rest in a second table of the same rows', () => {
  const matrix = matrixIn([a, { ...b, cell: { threads: 1, connections: 9 } }]);
  assert.deepEqual(matrix.main.header, [
    'load',
    'req/s',
    'tok/s',
    'TTFT p50 ms',
    'TPOT p50 ms',
    'E2EL p50 ms',
    'E2EL p99 ms',
    'n a run',
    'errors',
    'valid',
  ]);
  assert.deepEqual(column(matrix, 'load'), ['2x4', '1x9']);
  assert.deepEqual(matrix.main.ids, ['load-2x4', 'load-1x9']);
  assert.equal(matrix.more.rows.length, 2);
  assert.equal(matrix.title, `before: ${a.target}`);
});

test('several labels are in one table, load by load', () => {
  const other = { ...b, cell: { threads: 1, connections: 9 } };
  const matrix = matrixIn([a, other, { ...c, label: 'after' }]);
  assert.deepEqual(column(matrix, 'load'), ['2x4', '2x4', '1x9']);
  assert.deepEqual(column(matrix, 'label'), ['before', 'after', 'before']);
  assert.deepEqual(matrix.main.ids, ['load-2x4-before', 'load-2x4-after', 'load-1x9-before']);
});

test('addresses are letters, digits and dashes', () => {
  assert.equal(rowId('open 2.5/s', 'a b/c'), 'load-open-2-5-s-a-b-c');
});

test('several runs of a cell: geometric means of the valid ones, sums of counts', () => {
  const rates = [10, 40, 20].map((servedRequestsPerSec, i) => ({
    ...a,
    id: i,
    servedRequestsPerSec,
    errors: 1,
  }));
  const ill = {
    ...a,
    id: 9,
    servedRequestsPerSec: 1000,
    valid: false,
    invalidReasons: [{ kind: 'noneSucceeded' } as const],
  };
  const matrix = matrixIn([...rates, ill]);
  assert.deepEqual(column(matrix, 'req/s'), ['20.0']);
  assert.deepEqual(column(matrix, 'errors'), ['3']);
  assert.deepEqual(column(matrix, 'valid'), ['3/4']);
  assert.ok(matrix.notes.includes('Run 9 (2x4) is not valid: no request succeeded.'));
  assert.deepEqual(column(matrixIn([ill]), 'valid'), ['NO']);
});

test('the headline rate is the served one; wrk’s count is in the second table', () => {
  const matrix = matrixIn([{ ...a, servedRequestsPerSec: 430, requestsPerSec: 355 }]);
  assert.deepEqual([column(matrix, 'req/s'), column(matrix, 'done req/s')], [['430'], ['355']]);
  assert.ok(!matrix.main.header.includes('done req/s'));
});

test('percentiles that were asked for take the place of the usual columns, in a copy from another thread too', () => {
  const asked = {
    ...a,
    percentiles: ['p50', 'p99.9'] as const,
    ttftMs: { ...a.ttftMs, 'p99.9': 41.5, count: 9_000 },
  };
  const matrix = matrixIn([asked]);
  assert.deepEqual(column(matrix, 'TTFT p99.9 ms'), ['41.5']);
  assert.equal([...matrix.main.header, ...matrix.more.header].includes('TTFT p99 ms'), false);
  assert.equal(matrix.more.header.includes('E2EL mean ms'), true);
  assert.match(matrix.notes.join('\n'), /11 for a p50, 6,636 for a p99\.9/);
  assert.deepEqual(matrixIn([structuredClone(a)]).main.header, matrixIn([a]).main.header);
});

test('small samples and counted chunks are said', () => {
  const matrix = matrixIn([{ ...a, tokenSources: { chunks: 3 } }]);
  assert.match(matrix.notes.join('\n'), /shown as –[\s\S]*counted as chunks/);
  assert.match(column(matrix, 'E2EL p50 ms')[0] ?? '', /^[\d.]+$/);
});

test('in Chinese, with the reasons of the tape', () => {
  const ill = {
    ...a,
    id: 9,
    valid: false,
    invalidReasons: [{ kind: 'connectionsMissing', open: 3, asked: 4 } as const],
  };
  const matrix = matrixIn([ill], 'zh');
  assert.deepEqual(column(matrix, '有效'), ['否']);
  assert.match(matrix.notes.join('\n'), /第 9 号运行（2x4）无效：4 个连接中只打开了 3 个：/);
});

test('a percentile that no sample carries is a dash', () => {
  const matrix = matrixIn([a, b]);
  assert.deepEqual(column(matrix, 'E2EL p50 ms'), ['220']);
  assert.deepEqual([column(matrix, 'E2EL p99 ms'), column(matrix, 'TTFT p99 ms')], [['–'], ['–']]);
  const hint = matrix.main.hints?.[0]?.[matrix.main.header.indexOf('E2EL p99 ms')];
  assert.equal(hint, `${a.e2elMs.count} a run, 662 needed`);
});

test('columns that say nothing are not there', () => {
  const { main, more } = matrixIn([a, b, c]);
  for (const title of ['goodput', 'cache hits', 'lag p99 ms', 'aborts']) {
    assert.equal([...main.header, ...more.header].includes(title), false, title);
  }
});

test('goodput and planned aborts', () => {
  const slo = { ttftMs: 500, tpotMs: null, e2elMs: null };
  const goodput = (share: number) => ({ slo, good: 1, share, requestsPerSec: 1 });
  const matrix = matrixIn([
    { ...a, goodput: goodput(0.9), plannedAborts: 3 },
    { ...b, goodput: goodput(1), plannedAborts: 4 },
  ]);
  assert.deepEqual([column(matrix, 'goodput'), column(matrix, 'aborts')], [['94.9 %'], ['7']]);
});

test('the server’s prefix cache: the hit rate of the valid runs that know it', () => {
  const known = serverFigures([
    { edge: 'start', kind: 'metrics', takenAtMs: 0, status: 200, body: metrics(0, 0) },
    { edge: 'end', kind: 'metrics', takenAtMs: 0, status: 200, body: metrics(200, 50) },
  ]);
  assert.deepEqual(column(matrixIn([{ ...a, server: known }, b]), 'cache hits'), ['25 %']);
});

test('an open loop is named by its arrivals, and has its lag', () => {
  const cell = { threads: 1, connections: 8, ratePerSec: 3.2 };
  const scheduleLagMs = { ...a.itlMs, p99: 0.4, count: 700 };
  const matrix = matrixIn([{ ...a, cell, scheduleLagMs }, b]);
  assert.deepEqual(column(matrix, 'load'), ['open 3.2/s', '2x4']);
  assert.deepEqual(column(matrix, 'lag p99 ms'), ['0.40', '–']);
});

function metrics(queries: number, hits: number): string {
  return `vllm:prefix_cache_queries_total ${queries}\nvllm:prefix_cache_hits_total ${hits}\n`;
}

const english = messagesOf('en');

const notes = (...runs: readonly RunSummary[]): string =>
  groupRuns(runs)
    .flatMap((group) => matrixNotes(group, english))
    .join('\n');

test('the sample that a percentile needs is stated once, and only where one is missing', () => {
  assert.match(notes(a), /^Percentiles with too few requests are shown as –: it takes 11 for a p50, [^\n]*$/);
  assert.equal(notes({ ...a, e2elMs: { ...a.e2elMs, count: 662 } }), '');
});

test('which of several runs the figures are of', () => {
  assert.match(notes(a, b), /^Figures of several runs are the geometric mean over the valid runs;/);
  const none = notes({ ...a, valid: false }, { ...b, valid: false });
  assert.match(
    none,
    /^Where none of several runs is valid, figures are the geometric mean over all of them;/,
  );
});

test('the limits of goodput', () => {
  const slo = { ttftMs: 500, tpotMs: 50, e2elMs: null };
  const goodput = { slo, good: 1, share: 1, requestsPerSec: 1 };
  assert.match(
    notes({ ...a, goodput }),
    /requests with TTFT up to 500 ms, TPOT up to 50 ms; errors count as bad\./,
  );
});

test('errors by kind, the same ones of several runs together', () => {
  const busy = { outcome: 'http_error', status: 503, code: null, error: 'busy', count: 2 } as const;
  const cut = { outcome: 'upstream_aborted', status: null, code: 'closed', error: null, count: 3 } as const;
  const text = notes({ ...a, errorKinds: [busy] }, { ...b, errorKinds: [cut, busy] });
  assert.match(
    text,
    /^Errors: http_error 503 busy \(4\), upstream_aborted connection closed in the middle \(3\)\.$/m,
  );
});

test('aborts, retries, counted chunks and other traffic are said', () => {
  const page = 'vllm:num_requests_running 4\nvllm:num_requests_waiting 1\n';
  const server = serverFigures([{ edge: 'start', kind: 'metrics', takenAtMs: 0, status: 200, body: page }]);
  const health = a.health === null ? assert.fail() : { ...a.health, retried: 2 };
  const text = notes({ ...a, plannedAborts: 1, health, server, tokenSources: { chunks: 3 } });
  assert.match(text, /^Aborts are requests cut where their recorded clients had disconnected/m);
  assert.match(text, /^2 requests were sent again/m);
  const short = notes({ ...a, pinnedTokens: { asked: 200, generated: 80 } });
  assert.match(short, /^Response lengths were not kept: 200 tokens were asked for and 80 came\.$/m);
  assert.doesNotMatch(notes(a), /lengths/);
  assert.match(text, /^Some streams reported no usage/m);
  assert.match(text, /^Run 1 \(2x4\) began while the server was processing 5 other requests\.$/m);
});

test('why a run is not valid', () => {
  const text = notes(a, {
    ...b,
    valid: false,
    invalidReasons: [{ kind: 'noneSucceeded' }, { kind: 'processDied' }],
  });
  assert.match(
    text,
    /^Run 2 \(2x4\) is not valid: no request succeeded; the run did not end: its process died\.$/m,
  );
});
