import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sectionsFor, verdictOf } from '../../../src/report/block.ts';
import { sessionPage } from '../../../src/report/comparison/session-page.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { sampleCell } from '../../helpers/sample-pairs.ts';
import { judged, sampleSession } from '../../helpers/sample-session.ts';

test('the sentence on top, a strip a cell with each pair, the tables of the text', () => {
  const session = sampleSession();
  const page = sessionPage(session, '0.1.0', 'en');
  assert.deepEqual(
    [page.title, page.tab, verdictOf(page)?.lines[0]],
    [
      'candidate compared with baseline',
      '✕ candidate against baseline: worse at 2x20',
      messagesOf('en').sessionConclusion(session.conclusion),
    ],
  );
  assert.deepEqual(
    sectionsFor('html', page).map(({ id }) => id),
    ['verdict', 'pairs', 'figures', 'definitions'],
  );
  const [plots] = page.sections.find(({ id }) => id === 'pairs')?.blocks ?? [];
  assert.ok(plots?.kind === 'plots');
  const [plot, more] = plots.plots;
  assert.deepEqual([plot?.id, plot?.title, more], ['pairs-1', 'Before and after at 2x20', undefined]);
  // The metrics that decide, six pairs each.
  assert.deepEqual(
    plot?.table.rows.map(([metric, , , , pairs]) => [metric, pairs]),
    [
      // The metric that the session is about comes first.
      ['TPOT', '6'],
      ['TTFT', '6'],
      ['longest stall, slowest 5 %', '6'],
      ['served tokens/s', '6'],
    ],
  );
});

test('in Chinese, and of a session that has only begun', () => {
  const page = sessionPage(sampleSession(), '0.1.0', 'zh');
  assert.match(verdictOf(page)?.lines[0] ?? '', /^candidate 比 baseline 慢：/);
  const begun = sessionPage(judged(sampleCell([1.02])), '0.1.0', 'en');
  assert.match(verdictOf(begun)?.lines[0] ?? '', /^No verdict: 1 of 1 pair is valid/);
  assert.ok(sectionsFor('html', begun).some(({ id }) => id === 'pairs'));
});
