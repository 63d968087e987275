import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { compareSides } from '../../../src/cli/compare/compare-sides.ts';
import { gatherReport, selectRuns } from '../../../src/cli/report/gather-report.ts';
import { settingDifferences } from '../../../src/compare/setting-differences.ts';
import { vllmBenchFigures } from '../../../src/measure/as/vllm-bench.ts';
import { runsDocument } from '../../../src/report/json.ts';
import { runsPage } from '../../../src/report/runs-page.ts';
import { textPage } from '../../../src/report/text-page.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { importJson, runImport } from '../../helpers/import-tape.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const results = join(import.meta.dirname, '../../fixtures/formats');

/** Real results: six runs of `vllm bench serve` 0.32 on a real server, the last three with --max-num-seqs 1. */
const sides = (['before', 'after'] as const).map((label) => ({
  label,
  files: readdirSync(join(results, 'vllm-bench'))
    .filter((name) => name.startsWith(label))
    .map((name) => join(results, 'vllm-bench', name)),
}));

async function resultsTape(name: string): Promise<string> {
  const out = join(folder, name);
  for (const [i, { label, files }] of sides.entries()) {
    await runImport([...files, '--label', label, '--out', out, ...(i === 0 ? [] : ['--append'])]);
  }
  return out;
}

test('three results of vllm bench serve a side make a verdict, and the figures are those of the tool', async () => {
  const tape = openTape(await resultsTape('verdict.sqlite'));
  try {
    const runs = tape.runs();
    assert.deepEqual(
      runs.map(({ label, settings, end }) => [
        label,
        settings.repeat,
        end?.invalidReasons.length,
        end?.health,
      ]),
      sides.flatMap(({ label }) => [1, 2, 3].map((repeat) => [label, repeat, 0, null])),
    );
    const [before, after] = sides.map(({ label }) => ({ name: label, runs: selectRuns(runs, label) }));
    assert.ok(before && after);
    const { verdict, notes } = compareSides(tape, { before, after });
    assert.equal(verdict, 'regression');
    assert.ok(notes.some(({ kind }) => kind === 'importedRuns'));
    for (const [i, file] of sides.flatMap(({ files }) => files).entries()) {
      const own = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
      const run = runs[i];
      assert.ok(run);
      const { metrics, caveats } = vllmBenchFigures(run, tape.results(run.id));
      assert.equal(caveats.countedTokens, 0);
      for (const name of [
        'mean_ttft_ms',
        'p99_ttft_ms',
        'mean_tpot_ms',
        'median_itl_ms',
        'output_throughput',
      ]) {
        const [ours, theirs] = [metrics[name] as number, own[name] ?? Number.NaN];
        assert.ok(Math.abs(ours / theirs - 1) < 0.001, `${name} of ${file}: ${ours} and ${theirs}`);
      }
    }
    const report = await gatherReport(tape, 'x', runs, { note: '', asked: {} });
    const page = textPage(runsPage(report, 'en'));
    assert.match(page, /client machine +not stored/);
    assert.match(page, /prefix cache +not stored/);
    assert.match(page, /cache not known .*client not known/s);
    assert.doesNotMatch(page, /client fast enough|Changed on the server|read it before you run it/);
    assert.doesNotMatch(page, /0 B|reprise replay/);
    const [document] = (
      runsDocument(report.runs) as { readonly runs: readonly { readonly settings: object }[] }
    ).runs;
    const settings = document?.settings as Record<string, unknown>;
    assert.deepEqual([settings.cache, settings.seed, settings.requests], [null, null, 16]);
  } finally {
    tape.close();
  }
});

test('runs that were asked for something else have no verdict', async () => {
  const tape = openTape(await resultsTape('other.sqlite'));
  try {
    const [run, other] = tape.runs();
    assert.ok(run?.settings.origin && other);
    const { origin } = run.settings;
    for (const changed of [
      { ...origin, asked: { ...origin.asked, num_prompts: 17 } },
      { ...origin, promptLengths: origin.promptLengths.map((n) => (n ?? 0) + 1) },
      { ...origin, tool: 'aiperf' as const },
      undefined,
    ]) {
      const { origin: _origin, ...rest } = other.settings;
      const settings = changed === undefined ? rest : { ...rest, origin: changed };
      const { cells } = compareSides(tape, {
        before: { name: 'a', runs: [run] },
        after: { name: 'b', runs: [{ ...other, settings }] },
      });
      assert.ok(
        cells[0]?.notes.some((note) => note.kind === 'obstacle' && note.obstacle.kind === 'settings'),
      );
    }
  } finally {
    tape.close();
  }
});

test('runs of aiperf that ended elsewhere in the same plan are compared', async () => {
  const tape = openTape(await resultsTape('extent.sqlite'));
  try {
    const [run] = tape.runs();
    assert.ok(run?.settings.origin);
    const { origin } = run.settings;
    const [before, after] = [
      { ...origin, tool: 'aiperf' as const, asked: { duration: 60 } },
      { ...origin, tool: 'aiperf' as const, asked: { duration: 30 }, promptLengths: [] },
    ].map((changed) => ({ ...run.settings, origin: changed }));
    assert.ok(before && after);
    assert.deepEqual(settingDifferences(before, after), []);
  } finally {
    tape.close();
  }
});

test('what imported runs do not have is refused in one sentence', async () => {
  const tape = await resultsTape('refused.sqlite');
  for (const [args, words] of [
    [['report', tape, '--format', 'wrk'], /imported from vllm-bench/],
    [['replay', tape, '--target', 'http://127.0.0.1:1'], /body not recorded/],
  ] as const) {
    const { code, stderr } = await runCli(args);
    assert.equal(code, 1);
    assert.match(stderr, words);
  }
  const file = join(import.meta.dirname, '../../fixtures/formats/raw/bodies.jsonl');
  await assert.rejects(
    runImport([file, '--label', 'x', '--out', join(folder, 'no.sqlite')]),
    /--label x names runs/,
  );
  const summary = join(folder, 'summary.json');
  copyFileSync(join(results, '../peers/profile_export_aiperf.json'), summary);
  await assert.rejects(
    runImport([summary, '--out', join(folder, 'no.sqlite')]),
    /give profile_export\.jsonl/,
  );
});

test('the summary beside results of aiperf says what was asked for', async () => {
  const [file, out] = ['profile_export.jsonl', 'aiperf.sqlite'].map((name) => join(folder, name));
  assert.ok(file && out);
  copyFileSync(join(results, 'aiperf/profile_export.jsonl'), file);
  for (const part of ['alone', 'beside']) {
    if (part === 'beside')
      copyFileSync(
        join(results, '../peers/profile_export_aiperf.json'),
        join(folder, 'profile_export_aiperf.json'),
      );
    const { format, exchanges } = await importJson([
      file,
      '--out',
      out,
      ...(part === 'alone' ? [] : ['--append']),
    ]);
    assert.deepEqual([format, exchanges], ['aiperf', 0]);
  }
  const tape = openTape(out);
  const told = tape
    .runs()
    .map(({ target, label, settings, cell }) => [
      target,
      label,
      settings.origin?.model,
      settings.repeat,
      cell.connections,
    ]);
  tape.close();
  assert.deepEqual(told, [
    ['unknown', 'aiperf', null, 1, 2],
    ['http://127.0.0.1:8020', 'aiperf', 'tiny', 2, 2],
  ]);
});
