import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTapeThread } from '../../../src/cli/tape-file.ts';
import { type CliEnd, runCli } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

function report(...args: readonly string[]): Promise<CliEnd> {
  return runCli(['report', SAMPLE_TAPE, ...args]);
}

test('the tests have a row a cell and label', async () => {
  const { code, stdout, stderr } = await report();
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^load +label +req\/s +tok\/s +p50 ms .* valid$/m);
  assert.match(stdout, /^2x4 +before .* 3\/3\n2x4 +after .* 3\/3\n2x8 +before .* 3\/3\n2x8 +after .* 3\/3$/m);
});

test('--format json has the shape of replay --json', async () => {
  const { stdout } = await report('--label', 'after', '--format', 'json');
  const { runs } = JSON.parse(stdout);
  assert.deepEqual(
    runs.map(({ id }: { id: number }) => id),
    [7, 8, 9, 10, 11, 12],
  );
  for (const run of runs) {
    assert.deepEqual([run.requests, run.errors, run.outcomes, run.valid], [24, 0, { ok: 24 }, true]);
    assert.deepEqual(Object.keys(run.e2elMs), ['mean', 'stdev', 'p50', 'p90', 'p95', 'p99', 'max', 'count']);
  }
});

test('--slo adds goodput', async () => {
  const { stdout } = await report('--run', '1', '--slo', 'ttft=12ms', '--format', 'json');
  const [run] = JSON.parse(stdout).runs;
  assert.deepEqual(run.goodput.slo, { ttftMs: 12, tpotMs: null, e2elMs: null });
  assert.ok(run.goodput.good > 0 && run.goodput.good < 24);
  const text = await report('--run', '1', '--slo', 'ttft=12ms');
  assert.match(
    text.stdout,
    /goodput[\s\S]* [\d.]+ %[\s\S]*requests with TTFT up to 12 ms; errors count as bad/,
  );
});

test('--format hlog is the log of one run', async () => {
  const { stdout } = await report('--run', '1', '--format', 'hlog');
  assert.match(stdout, /^#\[Histogram log format version 1\.3\]\n/);
  assert.match(stdout, /^Tag=ttft,0\.000,1\.000,[\d.]+,HISTFAAAA/m);
  const { code, stderr } = await report('--label', 'after', '--format', 'hlog');
  assert.deepEqual(
    [code, /--format hlog takes one run and not 6: choose it with --run/.test(stderr)],
    [1, true],
  );
});

test("--format wrk is wrk's block, run by run", async () => {
  const { stdout } = await report('--run', '1,2', '--format', 'wrk');
  const lines = stdout.split('\n');
  assert.match(lines[0] ?? '', /^Running \S+ test @ http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions$/);
  assert.match(lines[1] ?? '', /^ {2}2 threads and 4 connections$/);
  assert.equal(stdout.match(/^Requests\/sec: +[\d.]+$/gm)?.length, 2);
});

test('--out writes a file and says so', async () => {
  const out = join(folder, 'report.md');
  const { code, stdout, stderr } = await report('--format', 'markdown', '--out', out);
  assert.deepEqual([code, stdout, stderr], [0, '', `reprise: wrote ${out}\n`]);
  assert.match(readFileSync(out, 'utf8'), /^\*\*✕ after[\s\S]*\n<details>[\s\S]*\n## Tests\n/);
});

test('text has findings, recommendations and the environment, in both languages', async () => {
  const sections = {
    en: ['In short', 'Tests', 'Findings', 'Limits of the data', 'Recommendations', 'Environment'],
    zh: ['结论摘要', '测试结果', '关键发现', '数据的局限', '建议', '测试环境与配置'],
  };
  for (const [language, titles] of Object.entries(sections)) {
    const { stdout } = await report('--label', 'after', '--lang', language);
    for (const title of titles) assert.ok(stdout.split('\n').includes(title), title);
  }
});

test('--format csv has a row a run', async () => {
  const { stdout } = await report('--format', 'csv');
  const [names, ...rows] = stdout.trimEnd().split('\n');
  assert.match(names ?? '', /^format,run,label,target,threads,/);
  assert.deepEqual(
    rows.map((row) => row.split(',').slice(0, 3).join()),
    Array.from({ length: 12 }, (_, i) => `1,${i + 1},${i < 6 ? 'before' : 'after'}`),
  );
});

test('--repro prints commands that repeat the runs', async () => {
  const { stdout } = await report('--label', 'before', '--repro');
  assert.match(
    stdout,
    /^reprise replay recordings\/sample\.sqlite --target http:\/\/127\.0\.0\.1:\d+ --label before --matrix 2x4,2x8 --requests 24 --repeat 3\n$/,
  );
});

test('--traffic shows what was recorded, by default as a page', async () => {
  const page = await report('--traffic');
  assert.match(page.stdout, /^<!doctype html>\n<html lang="en">/);
  assert.match(page.stdout, /<figure id="lengths"/);
  const { stdout } = await report('--traffic', '--format', 'json');
  assert.equal(JSON.parse(stdout).traffic.conversations, 22);
  const empty = join(folder, 'no-runs.sqlite');
  await (await openTapeThread(empty, 'create')).close();
  assert.equal((await runCli(['report', empty, '--traffic'])).code, 0);
});
