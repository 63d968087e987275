import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import { serverFigures } from '../../src/measure/server/server-figures.ts';
import { groupRuns } from '../../src/report/cells.ts';
import { matrixNotes } from '../../src/report/matrix-notes.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { sampleSummaries } from '../helpers/sample-runs.ts';

const english = messagesOf('en');

const [a, b] = sampleSummaries('before') as [RunSummary, RunSummary];
const notes = (...runs: readonly RunSummary[]): string =>
  groupRuns(runs)
    .flatMap((group) => matrixNotes(group, english))
    .join('\n');

test('what a percentile wants is said once, and only where one is missing', () => {
  assert.match(notes(a), /^Percentiles with too few requests are shown as –: a p50 needs 11, [^\n]*$/);
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
