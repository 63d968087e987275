import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runCli } from '../helpers/run-cli.ts';

/** The page on which a user looks up a command's options. */
const PAGES = {
  record: 'docs/record.md',
  replay: 'docs/replay.md',
  ab: 'docs/compare.md',
  aa: 'docs/compare.md',
  budget: 'docs/compare.md',
  compare: 'docs/compare.md',
  report: 'docs/report.md',
  simulate: 'docs/simulate.md',
  inspect: 'docs/report.md',
  demo: 'README.md',
} as const;

for (const [command, file] of Object.entries(PAGES)) {
  test(`${file} tells of every option of ${command}`, async () => {
    const { stdout } = await runCli([command, '--help']);
    const page = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option ?? '');
    assert.ok(options.length > 0);
    for (const option of options) assert.ok(page.includes(option), option);
  });
}

test('links between pages lead somewhere', () => {
  const root = new URL('../../', import.meta.url);
  const pages = ['README.md', 'README.zh.md', 'CONTRIBUTING.md', 'recordings/README.md'];
  for (const file of [
    ...pages,
    ...readdirSync(new URL('docs', root))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ]) {
    const at = new URL(file, root);
    for (const [, link] of readFileSync(at, 'utf8').matchAll(/\]\(([^)#]+)/g)) {
      if (link?.startsWith('http')) continue;
      assert.doesNotThrow(() => readFileSync(new URL(link ?? '', at)), `${file}: ${link}`);
    }
  }
});
