import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { recordedPlot } from '../../../src/report/plots/scatter-plots.ts';
import { pointsOf, sampleCells } from '../../helpers/sample-cells.ts';

const english = messagesOf('en');

const { drawn } = sampleCells();

test('each request with its own recording, on equal axes with the line of equality', () => {
  const plot = recordedPlot('r', drawn, new Map([[1, { e2elMs: 2_630 }]]), english);
  const [chart] = plot?.drawings ?? [];
  assert.ok(chart?.kind === 'chart');
  assert.deepEqual(chart.x.domain, chart.y.domain);
  assert.equal(chart.layers[0]?.kind, 'diagonal');
  assert.ok(pointsOf(plot).every(({ x, y }) => x === 2_630 && y > 2_900));
  // 3.07 s against 2.63 s.
  assert.match(plot?.table.rows[0]?.[3] ?? '', /^1\.1[5-8]$/);
});

test('requests whose exchange did not end ok are left out; without any there is no plot', () => {
  assert.equal(recordedPlot('r', drawn, new Map([[77, { e2elMs: 1 }]]), english), null);
  assert.equal(recordedPlot('r', drawn, new Map(), english), null);
});
