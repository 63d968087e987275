import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEASURES, measureRuns } from '../../../src/cli/report/measure-runs.ts';
import { wrkFigures } from '../../../src/measure/as/wrk-figures.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

const SLO = { ttftMs: 200, tpotMs: null, e2elMs: null };

test('threads give what one gives, in the order that was asked for', async () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const runs = tape.runs().toReversed();
    const alone = runs.map((run) => MEASURES.page(tape, run, { slo: SLO }));
    for (const threads of [1, 2]) {
      assert.deepEqual(await measureRuns('page', tape, SAMPLE_TAPE, runs, { slo: SLO, threads }), alone);
    }
    assert.deepEqual(
      await measureRuns('figures', tape, SAMPLE_TAPE, runs, { slo: SLO, threads: 2 }),
      alone.map(({ summary }) => summary),
    );
    assert.ok(alone.every(({ summary }) => summary.goodput !== null));
  } finally {
    tape.close();
  }
});

test('what goes wrong in a thread is the caller’s', async () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const gone = measureRuns('figures', tape, 'gone.sqlite', tape.runs(), { slo: null, threads: 2 });
    await assert.rejects(gone, UserError);
  } finally {
    tape.close();
  }
});

test('no runs, nothing measured', async () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    assert.deepEqual(await measureRuns('page', tape, SAMPLE_TAPE, [], { slo: null }), []);
  } finally {
    tape.close();
  }
});

test('the page has the figures, and from the same results what is drawn and what wrk would say', () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const [run] = tape.runs();
    assert.ok(run !== undefined);
    const { summary, series, wrk, server, toolVersion } = MEASURES.page(tape, run, {});
    assert.deepEqual(MEASURES.figures(tape, run, {}), summary);
    assert.deepEqual([summary.requests, series.sample.of, series.e2elMs.count], [24, 24, 24]);
    const results = [...tape.results(run.id)].map(({ result }) => result);
    assert.deepEqual(wrk, wrkFigures(run, results));
    assert.deepEqual([server.version, toolVersion], ['0.8.5', run.toolVersion]);
  } finally {
    tape.close();
  }
});
