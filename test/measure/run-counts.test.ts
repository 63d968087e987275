import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createErrorKinds, createRunCounts, keptLengths } from '../../src/measure/run-counts.ts';
import type { Result } from '../../src/model/result.ts';
import { sampleResult } from '../helpers/sample-runs.ts';

function countsOf(windowUs: number, ...results: readonly Partial<Result>[]) {
  const counts = createRunCounts(windowUs);
  for (const result of results) counts.add(sampleResult(result));
  return counts.figures();
}

test('rates count what ended in the window, and the served ones the part of a request within it', () => {
  const figures = countsOf(
    1_000_000,
    { sentUs: 0, finishedUs: 500_000 },
    { sentUs: 500_000, finishedUs: 900_000 },
    { sentUs: 900_000, finishedUs: 1_100_000 },
  );
  assert.deepEqual([figures.requests, figures.drained], [3, 1]);
  assert.deepEqual([figures.requestsPerSec, figures.bytesPerSec], [2, 2 * 766]);
  assert.deepEqual([figures.outputTokensPerSec, figures.totalTokensPerSec], [6, 6 + 2 * 13]);
  assert.deepEqual([figures.servedRequestsPerSec, figures.servedOutputTokensPerSec], [2.5, 7.5]);
});

test('outcomes by name; an answer of any status counts as an answer, a timeout does not', () => {
  const none = { completionTokens: null, promptTokens: null, tokenSource: 'none' } as const;
  const figures = countsOf(
    1_000_000,
    {},
    { ...none, outcome: 'http_error', status: 500 },
    { ...none, outcome: 'timeout', status: null },
  );
  assert.deepEqual(figures.outcomes, { ok: 1, http_error: 1, timeout: 1 });
  assert.deepEqual([figures.errors, figures.requestsPerSec], [2, 2]);
  assert.deepEqual([figures.tokenSources, figures.promptTokens], [{ usage: 1 }, 13]);
});

test('planned aborts are counted apart; one that failed before its cut is an error', () => {
  const figures = countsOf(
    1_000_000,
    { outcome: 'client_aborted', plannedAbort: true },
    { outcome: 'client_aborted', plannedAbort: false },
    { outcome: 'http_error', plannedAbort: true },
    { outcome: 'ok', plannedAbort: true },
  );
  assert.deepEqual([figures.plannedAborts, figures.errors, figures.requestsPerSec], [1, 1, 2]);
});

test('lengths that were asked for, and what came, of the requests that usage counted', () => {
  const figures = countsOf(
    1_000_000,
    { askedTokens: 10, completionTokens: 4 },
    { askedTokens: 10, completionTokens: 10 },
    { askedTokens: 10, completionTokens: 3, tokenSource: 'chunks' },
    { askedTokens: 10, completionTokens: 3, outcome: 'client_aborted' },
    { askedTokens: null, completionTokens: 99 },
  );
  assert.deepEqual(figures.pinnedTokens, { asked: 20, generated: 14 });
  assert.deepEqual(
    [
      [1000, 996],
      [1000, 1004],
      [1000, 994],
      [1000, 1006],
      [0, 0],
    ].map(([asked = 0, generated = 0]) => keptLengths({ asked, generated })),
    [true, true, false, false, true],
  );
});

test('unknown token counts give no token rate; a run without an end is measured to its last answer', () => {
  const figures = countsOf(Number.POSITIVE_INFINITY, { completionTokens: null, finishedUs: 2_000_000 });
  assert.deepEqual([figures.outputTokensPerSec, figures.totalTokensPerSec], [null, null]);
  assert.deepEqual([figures.durationMs, figures.requestsPerSec], [2_000, 0.5]);
  assert.equal(countsOf(0).requestsPerSec, 0);
});

function kindsOf(results: readonly Partial<Result>[]) {
  const errors = createErrorKinds();
  for (const result of results) errors.add(sampleResult(result));
  return errors.kinds();
}

test('errors that look alike are counted together, the most frequent first', () => {
  const overloaded = { outcome: 'http_error', status: 503, errorCode: null, error: 'overloaded' } as const;
  const cut = { outcome: 'upstream_aborted', status: 200, errorCode: 'closed', error: null } as const;
  assert.deepEqual(kindsOf([cut, overloaded, { outcome: 'ok' }, { outcome: 'client_aborted' }, overloaded]), [
    { outcome: 'http_error', status: 503, code: null, error: 'overloaded', count: 2 },
    { outcome: 'upstream_aborted', status: 200, code: 'closed', error: null, count: 1 },
  ]);
});

test('the same words under another status are another kind', () => {
  const error = 'busy';
  const kinds = kindsOf([429, 503].map((status) => ({ outcome: 'http_error', status, error })));
  assert.equal(kinds.length, 2);
});

test('errors of one code are one kind, whatever its details are; a system error is known by its words alone', () => {
  const refused = [1, 2].map(
    (port) => ({ outcome: 'unreachable', errorCode: 'refused', error: `:${port}` }) as const,
  );
  assert.deepEqual(
    kindsOf(refused).map(({ code, error, count }) => [code, error, count]),
    [['refused', null, 2]],
  );
  const system = ['EMFILE', 'EACCES'].map(
    (error) => ({ outcome: 'unreachable', errorCode: 'system', error }) as const,
  );
  assert.deepEqual(
    kindsOf(system).map(({ code, error }) => [code, error]),
    [
      ['system', 'EMFILE'],
      ['system', 'EACCES'],
    ],
  );
});

test('ten kinds are kept, of each message its first line, of that the beginning', () => {
  const kinds = kindsOf(
    Array.from({ length: 40 }, (_, i) => ({ outcome: 'stream_error', error: `${i % 20}\nmore ${i}` })),
  );
  assert.equal(kinds.length, 10);
  assert.deepEqual(kinds[0], { outcome: 'stream_error', status: 200, code: null, error: '0', count: 2 });
  const [long] = kindsOf([{ outcome: 'timeout', error: 'x'.repeat(500) }]);
  assert.equal(long?.error, `${'x'.repeat(119)}…`);
});

test('messages that are all different do not fill the memory, and those that repeat are still counted', () => {
  const errors = createErrorKinds();
  for (let i = 0; i < 3_000; i++) {
    errors.add(sampleResult({ outcome: 'http_error', error: `request ${i} failed` }));
    errors.add(sampleResult({ outcome: 'http_error', error: 'busy' }));
  }
  assert.deepEqual(errors.kinds()[0]?.count, 3_000);
});
