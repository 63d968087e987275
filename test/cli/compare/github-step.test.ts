import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { githubLog } from '../../../src/report/comparison/github-log.ts';
import { messagesOf } from '../../../src/report/messages/messages.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { sampleSession } from '../../helpers/sample-session.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

test('compare --format github: annotations in the log, a summary on the page, the exit code of the verdict', async () => {
  const summary = join(tempFolder(), 'summary.md');
  const env = { GITHUB_STEP_SUMMARY: summary };
  const args = ['compare', SAMPLE_TAPE, 'before', 'after'];
  const { code, stdout, stderr } = await runCli([...args, '--format', 'github'], { env });
  assert.deepEqual([code, stderr], [2, '']);
  const lines = stdout.split('\n');
  assert.match(lines[0] ?? '', /^::error title=reprise%3A regression::after is slower than before: .*%25/);
  const errors = lines.filter((line) => line.startsWith('::error'));
  assert.ok(
    errors.some((line) => /^::error title=TTFT p50 2x8::\S+ ms → \S+ ms, ×\d/.test(line)),
    stdout,
  );
  const seal = /^::stop-commands::(.+)$/m.exec(stdout)?.[1] ?? '';
  assert.equal(lines.at(-2), `::${seal}::`);
  const [text, markdown] = await Promise.all([runCli(args), runCli([...args, '--format', 'markdown'])]);
  assert.equal(lines.slice(errors.length + 1, -2).join('\n'), text.stdout.trimEnd());
  assert.equal(readFileSync(summary, 'utf8'), `${markdown.stdout}\n`);
});

test('text from a tape is not a command to the runner', () => {
  const comparison = sampleSession();
  const attack = '::add-mask::x\n::error::y';
  const log = githubLog({ comparison, sentence: attack, text: attack, seal: 'S' }, messagesOf('en'));
  const [first = '', ...rest] = log.split('\n');
  assert.match(first, /::::add-mask::x%0A::error::y$/);
  const sealed = rest.slice(rest.indexOf('::stop-commands::S') + 1, rest.indexOf('::S::'));
  assert.deepEqual(sealed, attack.split('\n'));
});
