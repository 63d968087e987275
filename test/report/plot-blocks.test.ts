import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { labelTitle, plotBlocks } from '../../src/report/plot-blocks.ts';
import { groupRuns } from '../../src/report/runs-report.ts';
import { matrixReport } from '../helpers/sample-matrix.ts';

const english = messagesOf('en');

const report = matrixReport({ windowSec: 10, streamed: true });
const groups = groupRuns(report.runs.map(({ summary }) => summary)).map((group) => ({
  group,
  runs: report.runs,
}));
const plotIds = (blocks: ReturnType<typeof plotBlocks>) =>
  blocks.flatMap((block) => (block.kind === 'plots' ? block.plots.map(({ id }) => id) : []));

test('every plot of a streamed matrix, each with an id of its own', () => {
  const ids = plotIds(plotBlocks(groups, report, english));
  assert.deepEqual(ids, [
    'load',
    'e2el',
    'heat',
    'ttft',
    'tpot',
    'ttft-itl',
    'recorded',
    'timeline-10x20',
    'timeline-10x100',
    'timeline-100x100',
    'timeline-100x200',
  ]);
  const twice = plotIds(plotBlocks([...groups, ...groups], report, english));
  assert.equal(new Set(twice).size, twice.length);
});

test('what cannot be drawn is left out, and nothing at all is said', () => {
  const plain = matrixReport({ windowSec: 10 });
  const plainGroups = groupRuns(plain.runs.map(({ summary }) => summary)).map((group) => ({
    group,
    runs: plain.runs,
  }));
  const ids = plotIds(plotBlocks(plainGroups, { recorded: new Map() }, english));
  for (const id of ['ttft', 'tpot', 'ttft-itl', 'recorded']) assert.ok(!ids.includes(id), id);
  assert.deepEqual(plotBlocks([], report, english), [{ kind: 'text', text: english.page.noRequests }]);
});

test('a label is named only beside others', () => {
  const [first] = groups;
  assert.ok(first !== undefined);
  assert.deepEqual(labelTitle(first.group, 1, english), []);
  assert.equal(labelTitle(first.group, 2, english)[0]?.kind, 'title');
});
