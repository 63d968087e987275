import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareLabels } from '../../../src/cli/compare/compare-sides.ts';
import { commonPath, gatherReport } from '../../../src/cli/report/gather-report.ts';
import { summarizeRun } from '../../../src/measure/run-summary.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { openTapeWriter } from '../../../src/store/tape-writer.ts';
import { CAPTURE, RUN, RUN_END } from '../../helpers/sample-records.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

test('each run with its figures, series, wrk figures and server', async () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const runs = tape.runs().slice(0, 2);
    const report = await gatherReport(tape, 'recordings/sample.sqlite', runs, {
      note: 'a note',
      asked: {},
    });
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

test('what the last capture of a run’s own server found there', async () => {
  const path = join(tempFolder(), 'cards.sqlite');
  const writer = openTapeWriter(path, 'create');
  const card = (name: string) =>
    ({
      edge: 'start',
      kind: 'command',
      takenAtMs: 0,
      status: null,
      body: `GPU 0: ${name} (UUID: x)`,
    }) as const;
  for (const [upstream, name] of [
    [`${RUN.target}/`, 'NVIDIA T4'],
    [`${RUN.target}/v1`, 'NVIDIA A40'],
    ['http://10.0.0.9:8000', 'NVIDIA L4'],
  ] as const) {
    const captureId = writer.beginCapture({ ...CAPTURE, upstream });
    writer.addServerState({ captureId }, card(name));
  }
  for (const target of [RUN.target, 'http://10.0.0.7:8000']) {
    writer.endRun(writer.beginRun({ ...RUN, target }), RUN_END);
  }
  writer.close();
  const tape = openTape(path);
  try {
    const { runs } = await gatherReport(tape, path, tape.runs(), { note: '', asked: {} });
    assert.deepEqual(
      runs.map(({ recordedServer }) => recordedServer?.facts.gpus ?? null),
      [['NVIDIA A40'], null],
    );
    assert.equal(runs[0]?.recordedServer?.at, new Date(CAPTURE.startedAtMs).toISOString());
  } finally {
    tape.close();
  }
});

test('the common route, and results for wrk’s figures', () => {
  const tape = openTape(SAMPLE_TAPE);
  try {
    const [run] = tape.runs();
    assert.ok(run !== undefined);
    assert.equal(commonPath(tape), '/v1/chat/completions');
    assert.deepEqual(
      [...tape.wrkResults(run.id)].map(({ seq }) => seq),
      Array.from({ length: 24 }, (_, i) => i),
    );
  } finally {
    tape.close();
  }
});

test('a report of two labels has the comparison that compare makes of them, and what was changed', async () => {
  const path = 'recordings/sample.sqlite';
  const tape = openTape(path);
  try {
    const runs = tape.runs();
    const { compared } = await gatherReport(tape, path, runs, { note: '', asked: {} });
    const side = (name: string) => ({ name, runs: runs.filter(({ label }) => label === name) });
    assert.deepEqual(compared[0], compareLabels(tape, { before: side('before'), after: side('after') }));
    assert.deepEqual(
      compared[0]?.changed.map(({ name, baseline, candidate }) => [
        name.split('.').at(-1),
        baseline,
        candidate,
      ]),
      [['max_num_seqs', '256', '4']],
    );
  } finally {
    tape.close();
  }
});
