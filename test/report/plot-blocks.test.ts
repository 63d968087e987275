import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Block } from '../../src/report/block.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { firstPlots, plotBlocks } from '../../src/report/plot-blocks.ts';
import { groupRuns, type RunsReport } from '../../src/report/runs-report.ts';
import { matrixReport } from '../helpers/sample-matrix.ts';

const english = messagesOf('en');

const report = matrixReport({ windowSec: 10, streamed: true });
const groupsOf = ({ runs }: RunsReport) =>
  groupRuns(runs.map(({ summary }) => summary)).map((group) => ({ group, runs }));
const plotIds = (blocks: readonly Block[]): readonly string[] =>
  blocks.flatMap((block) => {
    if (block.kind === 'folded') return plotIds(block.blocks);
    return block.kind === 'plots' ? block.plots.map(({ id }) => id) : [];
  });

test('every plot of a streamed matrix, each with a distinct id', () => {
  const groups = groupsOf(report);
  assert.deepEqual(plotIds(firstPlots(groups, report, english)), ['load-curve']);
  assert.deepEqual(plotIds(plotBlocks(groups, report, english)), [
    'e2el',
    'ttft',
    'tpot',
    'load',
    'timeline-10x20',
    'timeline-10x100',
    'timeline-100x100',
    'timeline-100x200',
    'ttft-itl',
    'recorded',
  ]);
  const after = groups.map(({ group, runs }) => ({ group: { ...group, label: 'after' }, runs }));
  const twice = plotIds(plotBlocks([...groups, ...after], report, english));
  assert.equal(new Set(twice).size, twice.length);
  for (const id of ['e2el-tail', 'timeline-10x20']) assert.ok(twice.includes(id), id);
});

test('what cannot be drawn is left out, and nothing at all is said', () => {
  const plain = matrixReport({ windowSec: 10 });
  const ids = plotIds(plotBlocks(groupsOf(plain), { ...plain, recorded: new Map() }, english));
  for (const id of ['ttft', 'tpot', 'ttft-itl', 'recorded']) assert.ok(!ids.includes(id), id);
  assert.deepEqual(plotBlocks([], report, english), [{ kind: 'text', text: english.page.noRequests }]);
});

test('labels whose runs are drawn have the same colours in every figure', () => {
  const [one = assert.fail()] = groupsOf(report);
  const groups = [one, { ...one, group: { ...one.group, label: 'after' } }];
  const figures = [...firstPlots(groups, report, english), ...plotBlocks(groups, report, english)].flatMap(
    (block) => (block.kind === 'plots' ? block.plots : []),
  );
  for (const { id, legend = [] } of figures.filter((figure) => (figure.legend ?? []).length > 0)) {
    assert.deepEqual(
      legend.map(({ series, name }) => `${series} ${name}`),
      ['10 reference', '11 after'],
      id,
    );
  }
});
