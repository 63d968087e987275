import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHistogram, observe } from '../../../src/simulate/metrics/histogram.ts';
import { openMetricsText } from '../../../src/simulate/metrics/openmetrics-text.ts';

test('the Rust front end’s text: `_total` on samples alone, sum first, `le` first, two full stops, an end mark', () => {
  const histogram = createHistogram([1, 2.5]);
  observe(histogram, 2);
  const labels = { model_name: 'm', engine: '0' };
  const text = openMetricsText([
    { name: 'a', kind: 'counter', help: 'A.', series: [{ labels, value: 3 }] },
    { name: 'u_perc', kind: 'gauge', help: 'U.', rustHelp: 'U.', series: [{ labels: {}, value: 0 }] },
    { name: 'h', kind: 'histogram', help: 'H.', series: [{ labels, histogram }] },
  ]);
  assert.equal(
    text,
    [
      '# HELP a A..',
      '# TYPE a counter',
      'a_total{model_name="m",engine="0"} 3',
      '# HELP u_perc U.',
      '# TYPE u_perc gauge',
      'u_perc 0.0',
      '# HELP h H..',
      '# TYPE h histogram',
      'h_sum{model_name="m",engine="0"} 2.0',
      'h_count{model_name="m",engine="0"} 1',
      'h_bucket{le="1.0",model_name="m",engine="0"} 0',
      'h_bucket{le="2.5",model_name="m",engine="0"} 1',
      'h_bucket{le="+Inf",model_name="m",engine="0"} 1',
      '# EOF',
      '',
    ].join('\n'),
  );
});
