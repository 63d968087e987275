import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { MEASURES } from '../../../src/cli/report/measure-run.ts';
import type { MeasurerThreadData } from '../../../src/cli/report/measure-runs.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

test('it answers each run that it is sent with that run’s figures', async () => {
  const slo = { ttftMs: 100, tpotMs: null, e2elMs: null };
  const data: MeasurerThreadData = { path: SAMPLE_TAPE, measure: 'figures', slo };
  const worker = new Worker(new URL('../../../src/cli/report/measurer.worker.ts', import.meta.url), {
    workerData: data,
  });
  const tape = openTape(SAMPLE_TAPE);
  try {
    for (const run of tape.runs().slice(0, 2)) {
      worker.postMessage(run);
      const [figures] = await once(worker, 'message');
      assert.deepEqual(figures, MEASURES.figures(tape, run, slo));
    }
  } finally {
    tape.close();
    await worker.terminate();
  }
});
