import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertRefused } from '../../helpers/refusals.ts';
import { type CliEnd, runCli } from '../../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

function compare(...args: readonly string[]): Promise<CliEnd> {
  return runCli(['compare', SAMPLE_TAPE, ...args]);
}

test('half of --max-num-seqs is a regression at the cell that needs it: exit 2, a sentence with an interval', async () => {
  const { code, stdout, stderr } = await compare('before', 'after');
  assert.deepEqual([code, stderr], [2, '']);
  assert.match(stdout, /^after is slower than before: .* \(95 % interval .* to .*\) at 2x8\.$/m);
  assert.match(stdout, /^✕ after against before: worse at 2x8; inconclusive at 2x4$/m);
  assert.doesNotMatch(stdout, /E2EL mean/);
  const all = await compare('before', 'after', '--all');
  assert.match(all.stdout, /^2x8: regression \(3 valid runs of before, 3 of after\)$/m);
  assert.match(all.stdout, /^E2EL p50 /m);
});

test('in Chinese, with the same figures and exit code', async () => {
  const { code, stdout } = await compare('before', 'after', '--lang', 'zh', '--format', 'markdown');
  assert.equal(code, 2);
  assert.match(stdout, /^\*\*✕ after 对比 before：在 2x8 下变差；在 2x4 下无法判断\*\*$/m);
  assert.match(stdout, /^- after 比 before 慢：.*（测试项 2x8，95% 置信区间 .* 至 .* 倍）。$/m);
});

test('as a page in a file: the first screen of a report, and every figure', async () => {
  const out = join(tempFolder(), 'compare.html');
  const { code, stdout, stderr } = await compare('before', 'after', '--format', 'html', '--out', out);
  assert.deepEqual([code, stdout, stderr], [2, '', `reprise: wrote ${out}\n`]);
  const page = readFileSync(out, 'utf8');
  assert.match(page, /^<!doctype html>[\s\S]*<h1 class="headline">✕ after against before: worse at 2x8/);
  assert.match(page, /<table class="changes">[\s\S]*E2EL mean/);
});

test('the other way round it is an improvement: exit 0', async () => {
  const { code, stdout } = await compare('after', 'before', '--json');
  const document = JSON.parse(stdout);
  assert.deepEqual([code, document.verdict], [0, 'improvement']);
  assert.match(document.sentence, /^before is faster than after/);
  assert.equal(document.metrics.ttftP50.verdict, 'improvement');
});

test('fewer than three runs a side are not compared: exit 3', async () => {
  const { code, stdout } = await compare('2,4', '8,10', '--json');
  const document = JSON.parse(stdout);
  assert.deepEqual([code, document.verdict], [3, 'inconclusive']);
  assert.match(document.sentence, /3/);
  for (const metric of Object.values(document.metrics)) {
    assert.equal((metric as { verdict: string }).verdict, 'inconclusive');
  }
});

test('runs of different cells are not comparable: exit 4', async () => {
  const { code, stdout } = await compare('1,3,5', '8,10,12', '--json');
  assert.deepEqual([code, JSON.parse(stdout).verdict], [4, 'invalid']);
});

test('a sentinel: what was repeated at the end shows a drift, or leaves only one that is smaller than the noise', async () => {
  // At four connections half the seats are enough, at eight they are not: the last run is a repetition, or is not.
  // The first run of each server found its prefix cache empty, and one cold run is half of two but a third of three.
  const [cold, steady, drifted] = await Promise.all([
    compare('1,3,5', '7,9', '--sentinel', '11', '--json'),
    compare('1,3,5', '7,9', '--sentinel', '11', '--accept', 'cache', '--json'),
    compare('2,4,6', '8,10', '--sentinel', '12', '--json'),
  ]);
  assert.equal(cold.code, 4);
  assert.match(JSON.parse(cold.stdout).sentence, /--accept cache/);
  assert.deepEqual([steady.code, JSON.parse(steady.stdout).verdict], [3, 'inconclusive']);
  assert.match(JSON.parse(steady.stdout).notes[0].text, /1,3,5 was repeated at the end/);
  assert.deepEqual([drifted.code, JSON.parse(drifted.stdout).verdict], [4, 'invalid']);
  assert.match(JSON.parse(drifted.stdout).cells[0].notes[0].text, /drift/);
});

test('words it cannot mean', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['before', 'aftr'], /no run is labelled aftr: .*before, after/],
    [['before', '99'], /no run 99 .*1 to 12/],
    [['before', '1'], /run 1 is in both before and 1/],
    [['before', '7', '--sentinel', '1'], /run 1 is in both before and --sentinel 1/],
    [['before', 'after', '--format', 'pdf'], /--format pdf/],
    [['before', 'after', '--accept', 'noise'], /--accept noise.*settings.*cache/],
  ];
  await assertRefused(cases.map(([args, words]) => [['compare', SAMPLE_TAPE, ...args], words]));
});
