import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTape } from '../../../src/store/tape-reader.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { runCli, startCli } from '../../helpers/run-cli.ts';
import { shortTape, steadyServer } from '../../helpers/run-pairs.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const server = await steadyServer({ timeScale: 2 });
after(() => server.close());
const TARGET = ['--target', server.url.href];
const SHORT = [
  '--warmup',
  '2',
  '--block',
  '50ms',
  '--slo',
  'e2el=5s',
  '--from',
  '200',
  '--to',
  '400',
  '--step',
  '100%',
];

interface Document {
  readonly outcome: string;
  readonly passes: number | null;
  readonly fails: number | null;
  readonly loads: readonly {
    readonly load: number;
    readonly blocks: readonly number[];
    readonly decision: string;
  }[];
  readonly notes: readonly { readonly kind: string; readonly by?: string }[];
}

test('a limit that no request keeps: none within the limits, exit 0; JSON, page and tape agree', async () => {
  const path = shortTape(join(folder, 'none.sqlite'));
  const page = join(folder, 'peak.html');
  const args = ['peak', path, ...TARGET, ...SHORT, '--slo', 'ttft=150ms', '--json', '--html', page];
  const { code, stdout, stderr } = await runCli(args);
  const found = JSON.parse(stdout) as Document;
  // A machine that is too busy to send is the only other end; the first load may have been decided before.
  const fails = found.loads[0]?.decision === 'fail' ? 200 : null;
  const expected = found.outcome === 'client' ? [4, 'client', null, fails] : [0, 'none', null, 200];
  assert.deepEqual([code, found.outcome, found.passes, found.fails], expected, stderr);
  assert.ok(readFileSync(page, 'utf8').includes('Peak load'));
  const tape = openTape(path);
  const runs = tape.runs();
  tape.close();
  assert.ok(runs.length > 0 && runs.every(({ label }) => label === 'peak'));
  assert.deepEqual(
    runs.map(({ settings }) => settings.repeat),
    runs.map((_, i) => i + 1),
    'blocks of one load are its repetitions',
  );
  const blocks = found.loads[0]?.blocks.length ?? 0;
  assert.ok(new Set(runs.map(({ settings }) => settings.seed)).size >= blocks, 'each block has its own seed');
});

test('Ctrl-C keeps what was found and says what is open; exit 130', async () => {
  const path = shortTape(join(folder, 'stopped.sqlite'));
  const peak = startCli(['peak', path, ...TARGET, ...SHORT, '--json']);
  await peak.says(/reprise: (200 requests\/s): /);
  peak.interrupt();
  const { code, stdout, stderr } = await peak.ended;
  assert.equal(code, 130, stderr);
  const found = JSON.parse(stdout) as Document;
  assert.equal(found.outcome, 'open');
  assert.deepEqual(found.notes[0]?.by, 'interrupt');
  assert.equal(found.loads[0]?.load, 200);
});

test('what contradicts itself, or cannot be judged: one sentence, exit 1', async () => {
  const path = shortTape(join(folder, 'refused.sqlite'));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[...SHORT], /there is no --target: give a server, or two/],
    [[...TARGET, '--from', '2'], /required option '--slo <limits>' is missing/],
    [[...TARGET, ...SHORT, '--from', '900'], /--to 400 is not above --from 900/],
    [[...TARGET, ...SHORT, '--good', '100%'], /--good 100% is not below 100 %/],
    [
      [...TARGET, ...SHORT, '--axis', 'connections', '--from', '1.5'],
      /--from 1.5 is not a whole number of connections/,
    ],
    [[...TARGET, ...SHORT, '--candidate', 'http://127.0.0.1:1'], /--target .* is one server/],
    [
      [...TARGET, ...SHORT, '--max-time', '1s', '--block', '10s'],
      /--max-time 1.00 s is over before the first block, which takes 12.5 s/,
    ],
    [['--baseline', server.url.href, ...SHORT], /there is no second server/],
  ];
  await assertRefused(cases.map(([args, words]) => [['peak', path, ...args], words]));
  const missing = await runCli(['peak', path, ...TARGET, ...SHORT, '--stream', 'off', '--slo', 'ttft=1s']);
  assert.deepEqual([missing.code, missing.stdout], [1, '']);
  assert.match(missing.stderr, /reprise: --slo ttft cannot be judged, since no answer has it[^\n]*\n$/);
});
