import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familiesIn } from '../../../src/simulate/metrics/family-table.ts';
import {
  createHttpFigures,
  HTTP_FAMILIES,
  type HttpAnswer,
} from '../../../src/simulate/metrics/http-figures.ts';

const ANSWER: HttpAnswer = {
  method: 'POST',
  handler: '/v1/completions',
  status: 200,
  seconds: 0.2,
  requestBytes: 10,
  responseBytes: 20,
};

test('answers are counted by method, route and class of status; who watches the server is not', () => {
  const http = createHttpFigures();
  for (const change of [{}, { status: 503, seconds: 2 }, { handler: '/metrics' }])
    http.answered({ ...ANSWER, ...change });
  const [requests, sizes, , all, byRoute] = familiesIn(HTTP_FAMILIES, 'v0.32', http.page);
  const handler = '/v1/completions';
  assert.deepEqual(requests?.series, [
    { labels: { method: 'POST', status: '2xx', handler }, value: 1 },
    { labels: { method: 'POST', status: '5xx', handler }, value: 1 },
  ]);
  assert.deepEqual(sizes?.series, [{ labels: { handler }, summary: { count: 2, sum: 20 } }]);
  const histograms = [all, byRoute].flatMap((family) =>
    (family?.series ?? []).map((one) =>
      'histogram' in one ? [one.histogram.count, one.histogram.sum] : null,
    ),
  );
  assert.deepEqual(histograms, [
    [2, 2.2],
    [2, 2.2],
  ]);
});

test('made-up routes cannot fill the memory: from some number on they are one', () => {
  const http = createHttpFigures();
  for (let i = 0; i < 1000; i++) http.answered({ ...ANSWER, handler: `/${i}`, status: 404 });
  const [requests] = familiesIn(HTTP_FAMILIES, 'v0.32', http.page);
  assert.ok((requests?.series.length ?? 1000) < 200);
  const rest = requests?.series.find(({ labels }) => labels.handler === 'none');
  assert.ok(rest !== undefined && 'value' in rest && rest.value > 800);
});
