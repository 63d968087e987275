import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isRestart,
  type MetricSample,
  parsePrometheusText,
  readMetricsPage,
} from '../../../src/measure/server/metrics-page.ts';

const PAGE = `# TYPE hits_total counter
hits_total{engine="0",reason="stop"} 3
hits_total{engine="1",reason="stop"} 4
hits_total{engine="1",reason="length"} 5
usage{engine="0"} 0.25
usage{engine="1"} 0.75
`;

test('sums over all series of a name, the largest, and sums by a label', () => {
  const page = readMetricsPage(PAGE);
  assert.equal(page.sum('hits_total'), 12);
  assert.equal(page.largest('usage'), 0.75);
  assert.deepEqual({ ...page.byLabel('hits_total', 'reason') }, { stop: 7, length: 5 });
  assert.deepEqual([page.has('usage'), page.has('misses')], [true, false]);
});

test('what a page does not have is null, and so is all of no page', () => {
  const page = readMetricsPage(PAGE);
  assert.deepEqual([page.sum('misses'), page.largest(undefined)], [null, null]);
  assert.equal(readMetricsPage(null).sum('hits_total'), null);
});

test('a series is found whatever the order of its labels', () => {
  assert.equal(readMetricsPage(PAGE).value('hits_total', { reason: 'length', engine: '1' }), 5);
  assert.equal(readMetricsPage(PAGE).value('hits_total', { engine: '1' }), null);
});

test('a restart is a counter that went down, or one made at another time', () => {
  const restart = (before: string, after: string): boolean =>
    isRestart(readMetricsPage(before), readMetricsPage(after));
  assert.equal(restart('a_total 5\n', 'a_total 9\n'), false);
  assert.equal(restart('a_total 5\n', 'a_total 3\n'), true);
  assert.equal(restart('a_count{x="1"} 5\n', 'a_count{x="1"} 4\n'), true);
  // Two engines: the sum rose, one of them began again.
  assert.equal(
    restart('a_total{e="0"} 5\na_total{e="1"} 5\n', 'a_total{e="0"} 90\na_total{e="1"} 1\n'),
    true,
  );
  assert.equal(restart('running 5\nkv_usage 0.9\n', 'running 0\nkv_usage 0\n'), false);
  assert.equal(restart('process_start_time_seconds 1.7e9\n', 'process_start_time_seconds 1.8e9\n'), true);
  assert.equal(restart('a_created 1.7e9\na_total 5\n', 'a_created 1.8e9\na_total 50\n'), true);
  assert.equal(restart('', 'a_total 3\n'), false);
});

test('a real page compared with itself is not a restart', () => {
  const text = readFileSync(new URL('../../fixtures/vllm-0.32.0/metrics.txt', import.meta.url), 'utf8');
  assert.equal(isRestart(readMetricsPage(text), readMetricsPage(text)), false);
});

const fixture = (name: string): string =>
  readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
const read = (page: string): readonly MetricSample[] =>
  parsePrometheusText(page).map((sample) => ({ ...sample, labels: { ...sample.labels } }));

test('comments, labels in any order and spacing, escapes, timestamps, exemplars', () => {
  assert.deepEqual(
    read(
      `# HELP a_total Some "help" with {braces} 5
# TYPE a_total counter
a_total 3
a_total{model="a\\"b\\\\c\\nd", engine = "0",} 1.5e+09 1712345678000
a_bucket{le="+Inf"} 7 # {trace_id="x"} 0.5 1712345678.1
empty{} NaN\r
low -Inf

# EOF
`,
    ),
    [
      { name: 'a_total', labels: {}, value: 3 },
      { name: 'a_total', labels: { model: 'a"b\\c\nd', engine: '0' }, value: 1.5e9 },
      { name: 'a_bucket', labels: { le: '+Inf' }, value: 7 },
      { name: 'empty', labels: {}, value: Number.NaN },
      { name: 'low', labels: {}, value: -Infinity },
    ],
  );
});

test('what cannot be understood is passed over', () => {
  const page = 'a{x="1" 3\n1a 3\na{x=1} 3\na{x="1} 3\na\na x\n{} 3\na{x="1"}\nb 2\n';
  assert.deepEqual(read(page), [{ name: 'b', labels: {}, value: 2 }]);
  assert.deepEqual(read('<html>no metrics here</html>'), []);
});

test('the pages of both front ends of vLLM 0.32: no line is lost', () => {
  for (const name of ['vllm-0.32.0/metrics.txt', 'vllm-0.32.0-rust/metrics.txt']) {
    const page = fixture(name);
    const lines = page.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    assert.equal(read(page).length, lines.length, name);
    const running = read(page).filter((sample) => sample.name === 'vllm:num_requests_running');
    assert.deepEqual(running, [
      { name: 'vllm:num_requests_running', labels: { engine: '0', model_name: 'tiny' }, value: 0 },
    ]);
  }
});

test('what is written by the format’s rules is read back', () => {
  const escaped = (value: string): string =>
    value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
  // Carriage returns end lines for some writers, and no label of a server has one.
  const value = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\r/g, ''));
  const sample = fc.record({
    name: fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,8}$/),
    labels: fc.dictionary(fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,5}$/), value, { maxKeys: 4 }),
    value: fc.oneof(fc.double(), fc.integer()),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 6 }), (samples) => {
      const page = samples.map(({ name, labels, value }) => {
        const list = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`);
        const number = String(value).replace('Infinity', 'Inf');
        return `${name}${list.length === 0 ? '' : `{${list.join(',')}}`} ${Object.is(value, -0) ? '-0' : number}\n`;
      });
      assert.deepEqual(
        read(page.join('')),
        samples.map((one) => ({ ...one, labels: { ...one.labels } })),
      );
    }),
  );
});
