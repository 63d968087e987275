import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEASURES } from '../../../src/cli/report/measure-run.ts';
import { wrkFigures } from '../../../src/measure/as/wrk-figures.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

test('the page has the figures, and from the same results what is drawn and what wrk would say', () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const [run] = tape.runs();
    assert.ok(run !== undefined);
    const { summary, series, wrk, server, toolVersion } = MEASURES.page(tape, run, null);
    assert.deepEqual(MEASURES.figures(tape, run, null), summary);
    assert.deepEqual([summary.requests, series.sample.of, series.e2elMs.count], [24, 24, 24]);
    const results = [...tape.results(run.id)].map(({ result }) => result);
    assert.deepEqual(wrk, wrkFigures(run, results));
    assert.deepEqual([server.version, toolVersion], ['0.8.5', run.toolVersion]);
  } finally {
    tape.close();
  }
});
