import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { serverFigures } from '../../src/measure/server/server-figures.ts';
import { matricesOf, matrixNotes } from '../../src/report/matrix.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { groupRuns } from '../../src/report/runs-report.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const [a, b, c] = sampleSummaries('before');
assert.ok(a !== undefined && b !== undefined && c !== undefined);

const column = (
  matrix: { header: readonly string[]; rows: readonly (readonly string[])[] } | undefined,
  name: string,
) => matrix?.rows.map((row) => row[matrix.header.indexOf(name)]);

test('one matrix per label and target, one row per cell', () => {
  const other = { ...b, cell: { threads: 1, connections: 9 } };
  const [first, second, ...more] = matricesOf([a, other, { ...c, label: 'after' }]);
  assert.equal(more.length, 0);
  assert.deepEqual(column(first, 'conns'), ['4', '9']);
  assert.deepEqual(column(first, 'test'), ['1', '2']);
  assert.equal(second?.title, `after: ${c.target}`);
});

test('several runs of a cell: medians of the valid ones, sums of counts', () => {
  const rates = [10, 30, 20].map((requestsPerSec, i) => ({ ...a, id: i, requestsPerSec, errors: 1 }));
  const ill = {
    ...a,
    id: 9,
    requestsPerSec: 1000,
    valid: false,
    invalidReasons: [{ kind: 'noneSucceeded' } as const],
  };
  const [matrix] = matricesOf([...rates, ill]);
  assert.deepEqual(column(matrix, 'req/s'), ['20.00']);
  assert.deepEqual(column(matrix, 'errors'), ['3']);
  assert.deepEqual(column(matrix, 'valid'), ['3/4']);
  assert.ok(matrix?.notes.includes('Run 9 (2x4) is not valid: no request succeeded.'));
  assert.deepEqual(column(matricesOf([ill])[0], 'valid'), ['NO']);
});

test('percentiles that were asked for take the place of the usual columns, in a copy from another thread too', () => {
  const asked = {
    ...a,
    percentiles: ['p50', 'p99.9'] as const,
    ttftMs: { ...a.ttftMs, 'p99.9': 41.5, count: 9_000 },
  };
  const [matrix] = matricesOf([asked]);
  assert.deepEqual(column(matrix, 'TTFT p99.9'), ['41.5 ms']);
  assert.equal(matrix?.header.includes('TTFT p99'), false);
  assert.equal(matrix?.header.includes('avg latency'), true);
  assert.match(matrix?.notes.join('\n') ?? '', /11 for a p50, 6,636 for a p99\.9/);
  const usual = matricesOf([structuredClone(a)])[0];
  assert.deepEqual(usual?.header, matricesOf([a])[0]?.header);
});

test('small samples and counted chunks are said', () => {
  const [matrix] = matricesOf([{ ...a, tokenSources: { chunks: 3 } }]);
  assert.match(matrix?.notes.join('\n') ?? '', /shown as –[\s\S]*counted as chunks/);
  assert.match(column(matrix, 'p50')?.[0] ?? '', /^[\d.]+ ms$/);
});

test('in Chinese, with the reasons of the tape', () => {
  const ill = {
    ...a,
    id: 9,
    valid: false,
    invalidReasons: [{ kind: 'connectionsMissing', open: 3, asked: 4 } as const],
  };
  const [matrix] = matricesOf([ill], 'zh');
  assert.deepEqual(column(matrix, '有效'), ['否']);
  assert.match(matrix?.notes.join('\n') ?? '', /第 9 号运行（2x4）无效：4 个连接中只打开了 3 个：/);
});

test('a percentile that no sample carries is a dash', () => {
  const [matrix] = matricesOf([a, b]);
  assert.deepEqual(column(matrix, 'p50'), ['220 ms']);
  assert.deepEqual([column(matrix, 'p99'), column(matrix, 'TTFT p99')], [['–'], ['–']]);
});

test('columns that say nothing are not there', () => {
  const [{ header = [] } = {}] = matricesOf([a, b, c]);
  for (const title of ['arrivals', 'goodput', 'cache hits', 'lag p99', 'aborts']) {
    assert.equal(header.includes(title), false, title);
  }
});

test('goodput and planned aborts', () => {
  const slo = { ttftMs: 500, tpotMs: null, e2elMs: null };
  const goodput = (share: number) => ({ slo, good: 1, share, requestsPerSec: 1 });
  const [matrix] = matricesOf([
    { ...a, goodput: goodput(0.9), plannedAborts: 3 },
    { ...b, goodput: goodput(1), plannedAborts: 4 },
  ]);
  assert.deepEqual([column(matrix, 'goodput'), column(matrix, 'aborts')], [['95.0 %'], ['7']]);
});

test('the server’s prefix cache: the median hit rate of the valid runs that know it', () => {
  const known = serverFigures([
    { edge: 'start', kind: 'metrics', takenAtMs: 0, status: 200, body: metrics(0, 0) },
    { edge: 'end', kind: 'metrics', takenAtMs: 0, status: 200, body: metrics(200, 50) },
  ]);
  assert.deepEqual(column(matricesOf([{ ...a, server: known }, b])[0], 'cache hits'), ['25.0 %']);
});

test('an open loop has arrivals rather than connections, and its lag', () => {
  const cell = { threads: 1, connections: 8, ratePerSec: 3.2 };
  const scheduleLagMs = { ...a.itlMs, p99: 0.4, count: 700 };
  const [matrix] = matricesOf([{ ...a, cell, scheduleLagMs }, b]);
  assert.deepEqual(column(matrix, 'arrivals'), ['3.2/s', '–']);
  assert.deepEqual(
    [column(matrix, 'threads'), column(matrix, 'conns')],
    [
      ['–', '2'],
      ['–', '4'],
    ],
  );
  assert.deepEqual(column(matrix, 'lag p99'), ['400 µs', '–']);
});

function metrics(queries: number, hits: number): string {
  return `vllm:prefix_cache_queries_total ${queries}\nvllm:prefix_cache_hits_total ${hits}\n`;
}

const english = messagesOf('en');

const notes = (...runs: readonly RunSummary[]): string =>
  groupRuns(runs)
    .flatMap((group) => matrixNotes(group, english))
    .join('\n');

test('what a percentile wants is said once, and only where one is missing', () => {
  assert.match(notes(a), /^Percentiles with too few requests are shown as –: it takes 11 for a p50, [^\n]*$/);
  assert.equal(notes({ ...a, e2elMs: { ...a.e2elMs, count: 662 } }), '');
});

test('which of several runs the figures are of', () => {
  assert.match(notes(a, b), /^Figures of several runs are the median over the valid runs;/);
  const none = notes({ ...a, valid: false }, { ...b, valid: false });
  assert.match(none, /^Where none of several runs is valid, figures are the median over all of them;/);
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
