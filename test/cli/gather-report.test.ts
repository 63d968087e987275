import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonPath, gatherReport, plainResults } from '../../src/cli/gather-report.ts';
import { summarizeRun } from '../../src/measure/summarize-run.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';

test('each run with its figures, series, wrk figures and server', () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const runs = tape.runs().slice(0, 2);
    const report = gatherReport(tape, 'recordings/sample.sqlite', runs, { note: 'a note', limits: null });
    assert.equal(report.runs.length, 2);
    for (const [i, { summary, series, wrk, server, toolVersion }] of report.runs.entries()) {
      const run = runs[i];
      assert.ok(run !== undefined);
      assert.deepEqual(
        summary,
        summarizeRun(run, tape.results(run.id), { states: tape.serverStates({ runId: run.id }) }),
      );
      assert.deepEqual([series.sample.of, series.e2elMs.count], [24, 24]);
      assert.ok(wrk.complete > 0 && wrk.complete <= 24);
      assert.deepEqual([server.version, server.models[0]?.id], ['0.8.5', 'deepseek-14b']);
      assert.equal(toolVersion, run.toolVersion);
    }
    assert.equal(report.note, 'a note');
    assert.equal(report.path, '/v1/chat/completions');
    // The first 24 of 28 exchanges were replayed, and all of them had ended ok when they were recorded.
    assert.equal(report.recorded.size, 24);
    for (const { e2elMs } of report.recorded.values()) assert.ok(e2elMs > 0);
  } finally {
    tape.close();
  }
});

test('the common route, and results without their reads', () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const [run] = tape.runs();
    assert.ok(run !== undefined);
    assert.equal(commonPath(tape), '/v1/chat/completions');
    assert.deepEqual(
      [...plainResults(tape, run)].map(({ seq }) => seq),
      Array.from({ length: 24 }, (_, i) => i),
    );
  } finally {
    tape.close();
  }
});
