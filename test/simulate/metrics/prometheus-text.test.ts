import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistogram, observe } from '../../../src/simulate/metrics/histogram.ts';
import { prometheusText, pythonFloat } from '../../../src/simulate/metrics/prometheus-text.ts';

test('counters, histograms and summaries in the words of prometheus_client', () => {
  const histogram = createHistogram([0.5, 1]);
  observe(histogram, 0.75);
  const text = prometheusText(
    [
      { name: 'a', kind: 'counter', help: 'A.', series: [{ labels: { z: '1', b: 'x"\\\ny' }, value: 3 }] },
      { name: 'h', kind: 'histogram', help: 'H.', series: [{ labels: { m: 't' }, histogram }] },
      { name: 's', kind: 'summary', help: 'S.', series: [{ labels: {}, summary: { count: 1, sum: 2.5 } }] },
      { name: 'g', kind: 'gauge', help: 'G.', series: [] },
    ],
    12.5,
  );
  assert.equal(
    text,
    [
      '# HELP a_total A.',
      '# TYPE a_total counter',
      'a_total{b="x\\"\\\\\\ny",z="1"} 3.0',
      '# HELP a_created A.',
      '# TYPE a_created gauge',
      'a_created{b="x\\"\\\\\\ny",z="1"} 12.5',
      '# HELP h H.',
      '# TYPE h histogram',
      'h_bucket{le="0.5",m="t"} 0.0',
      'h_bucket{le="1.0",m="t"} 1.0',
      'h_bucket{le="+Inf",m="t"} 1.0',
      'h_count{m="t"} 1.0',
      'h_sum{m="t"} 0.75',
      '# HELP h_created H.',
      '# TYPE h_created gauge',
      'h_created{m="t"} 12.5',
      '# HELP s S.',
      '# TYPE s summary',
      's_count 1.0',
      's_sum 2.5',
      '# HELP s_created S.',
      '# TYPE s_created gauge',
      's_created 12.5',
      '# HELP g G.',
      '# TYPE g gauge',
      '',
    ].join('\n'),
  );
});

test('numbers as prometheus_client writes floats', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [13217, '13217.0'],
    [0.1, '0.1'],
    [0.00024017900022954564, '0.00024017900022954564'],
    [0.00001, '1e-05'],
    [999_999, '999999.0'],
    [575_213_568, '5.75213568e+08'],
    [1_724_760_064, '1.724760064e+09'],
    [1795506821.29, '1.79550682129e+09'],
    [1e6, '1e+06'],
    [Number.POSITIVE_INFINITY, '+Inf'],
  ];
  for (const [value, written] of cases) assert.equal(pythonFloat(value), written);
});
