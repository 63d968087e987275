import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processFamilies } from '../../../src/simulate/metrics/process-families.ts';
import { prometheusText } from '../../../src/simulate/metrics/prometheus-text.ts';

test('the process’s own figures, none with a start of counting', () => {
  const text = prometheusText(processFamilies({ residentBytes: 5e6, cpuSec: 1.5, startedSec: 7 }), 7);
  assert.deepEqual(
    text.split('\n').filter((line) => !line.startsWith('#')),
    [
      'process_resident_memory_bytes 5e+06',
      'process_start_time_seconds 7.0',
      'process_cpu_seconds_total 1.5',
      '',
    ],
  );
});
