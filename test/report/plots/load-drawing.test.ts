import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { type LoadPoint, loadDrawing } from '../../../src/report/plots/load-drawing.ts';
import { PAGE_CELLS, sampleGroup } from '../../helpers/sample-group.ts';

const english = messagesOf('en');

const AXIS = {
  id: 'load',
  title: 'Load',
  lead: 'What it gave.',
  definition: ['Medians.'],
  label: 'loads',
  header: 'load',
  meanLatency: 'mean',
  ttft: 'first token',
  format: String,
  rules: [{ at: 10, label: 'here' }],
};
const POINT: LoadPoint = {
  group: 0,
  load: 10,
  requestsPerSec: 5,
  meanMs: 200,
  ttftMs: null,
  runs: 1,
  requests: 50,
};
const group = sampleGroup(PAGE_CELLS);

test('a chart for each figure that is known, with the marks before the points', () => {
  const plot = loadDrawing(AXIS, [POINT, { ...POINT, load: 20 }], [group], english);
  assert.equal(plot?.drawings.length, 2);
  for (const drawing of plot.drawings) {
    assert.ok(drawing.kind === 'chart');
    assert.deepEqual(
      drawing.layers.map(({ kind }) => kind),
      ['rule', 'linked-dots'],
    );
  }
  const streamed = loadDrawing(AXIS, [{ ...POINT, ttftMs: 30 }], [group], english);
  assert.equal(streamed?.drawings.length, 3);
});

test('several labels are told apart by name in the table and by colour in the drawing', () => {
  const groups = [group, { ...group, label: 'after' }];
  const plot = loadDrawing(AXIS, [POINT, { ...POINT, group: 1 }], groups, english);
  assert.deepEqual(
    plot?.table.rows.map(([load]) => load),
    ['reference 10', 'after 10'],
  );
  assert.deepEqual(
    plot?.legend.map(({ series, name }) => [series, name]),
    [
      [0, 'reference'],
      [1, 'after'],
    ],
  );
});

test('nothing of nothing', () => assert.equal(loadDrawing(AXIS, [], [], english), null));
