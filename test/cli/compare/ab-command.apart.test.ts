import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openTape } from '../../../src/store/tape-reader.ts';
import { unusedUrl } from '../../helpers/local-server.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { runCli, startCli } from '../../helpers/run-cli.ts';
import { setSpeed, shortTape, steadyServer } from '../../helpers/run-pairs.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const [a, b] = [await steadyServer(), await steadyServer()];
after(() => Promise.all([a.close(), b.close()]));
const SERVERS = ['--baseline', a.url.href, '--candidate', b.url.href];
const SHORT = ['--threads', '2', '--connections', '4', '--requests', '4', '--warmup', '2'];

test('a slow candidate: exit code, JSON document and summary agree, and each pair is reported', async () => {
  await setSpeed(b.url, { decode: 5 });
  const path = shortTape(join(folder, 'slow.sqlite'));
  const summary = join(folder, 'summary.md');
  const page = join(folder, 'summary.html');
  const files = ['--markdown', summary, '--html', page];
  const args = ['ab', path, ...SERVERS, ...SHORT, '--pairs', '4', '--json', ...files];
  const end = await runCli(args);
  const document = JSON.parse(end.stdout) as {
    readonly verdict: string;
    readonly sentence: string;
    readonly before: string;
    readonly cells: readonly {
      readonly before: { readonly runs: readonly number[] };
      readonly metrics: { readonly tpot?: object };
    }[];
  };
  // Other work on this machine may spoil pairs; what is asserted is that exit code, document and summary agree.
  const codes: Readonly<Record<string, number>> = { regression: 2, inconclusive: 3, invalid: 4 };
  assert.equal(end.code, codes[document.verdict], `${document.sentence}\n${end.stderr}`);
  const text = readFileSync(summary, 'utf8');
  assert.ok(text.startsWith('**'), text);
  // Without a valid pair nothing is measured.
  const isMeasured = document.cells[0]?.metrics.tpot !== undefined;
  assert.ok(isMeasured || document.verdict === 'invalid' || document.verdict === 'inconclusive');
  assert.equal(/\| TPOT \|/.test(text), isMeasured, text);
  const html = readFileSync(page, 'utf8').replaceAll('\u00a0', ' ');
  assert.ok(html.includes(`<p>${document.sentence}</p>`));
  assert.match(end.stderr, /^reprise: pair 3 of 4: /m);
  const tape = openTape(path);
  const ids = tape.runs().map(({ id }) => id);
  tape.close();
  assert.ok(document.cells[0]?.before.runs.every((id) => ids.includes(id)));
});

test('Ctrl-C: the pairs that were made are kept and shown, and are no verdict; exit 130', async () => {
  const path = shortTape(join(folder, 'stopped.sqlite'));
  const ab = startCli(['ab', path, ...SERVERS, ...SHORT, '--pairs', '50', '--json']);
  await ab.says(/reprise: (pair 1 of 50): /);
  ab.interrupt();
  const { code, stdout, stderr } = await ab.ended;
  assert.equal(code, 130, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual([document.look, document.verdict === 'regression'], [null, false]);
  // The next pair may be made as well before the signal comes.
  const made = stderr.match(/^reprise: pair \d+ of 50: /gm)?.length ?? 0;
  assert.ok(made < 50);
  assert.deepEqual(document.notes[0], {
    kind: 'stopped',
    made,
    planned: 50,
    text: `stopped after ${made} of 50 pairs: the figures are an estimate, not a verdict`,
  });
  const tape = openTape(path);
  assert.ok(tape.runs().length >= 2);
  tape.close();
});

test('invalid options, unreachable servers and failing switches: one sentence, exit 1', async () => {
  const path = shortTape(join(folder, 'refused.sqlite'));
  const nobody = (await unusedUrl()).href;
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[...SERVERS, '--inconclusive', 'maybe'], /--inconclusive maybe is not known: choose one of fail, pass/],
    [['--baseline', nobody, '--candidate', b.url.href, '--seed', '2'], new RegExp(new URL(nobody).host)],
    [['--baseline', a.url.href, '--switch', 'exit 7; {arm}'], /ended with exit code 7/],
  ];
  await assertRefused(cases.map(([args, words]) => [['ab', path, ...args, ...SHORT], words]));
});
