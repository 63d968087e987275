import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/main.ts';
import { longName } from '../../src/cli/options.ts';
import { TRAFFIC_OPTIONS } from '../../src/cli/replay/replay-options.ts';

/** The page on which a user looks up a command's options. */
const PAGES: Readonly<Record<string, string>> = {
  record: 'docs/record.md',
  replay: 'docs/replay.md',
  ab: 'docs/compare.md',
  aa: 'docs/compare.md',
  peak: 'docs/peak.md',
  budget: 'docs/compare.md',
  compare: 'docs/compare.md',
  report: 'docs/report.md',
  simulate: 'docs/simulate.md',
  inspect: 'docs/report.md',
  serve: 'docs/serve.md',
  demo: 'README.md',
  import: 'docs/formats.md',
  export: 'docs/formats.md',
  wrk: 'docs/wrk.md',
  merge: 'docs/scale.md',
};

/** Commands whose options are those of another command, or named in running text. */
const IN_TEXT = ['aa', 'budget', 'compare', 'inspect', 'demo'];

for (const [name, { load }] of Object.entries(COMMANDS)) {
  const file = PAGES[name] ?? '';
  test(`${file} has every option of ${name}, with its argument and its default`, async () => {
    const page = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const { options } = await load();
    assert.ok(Object.keys(options).length > 0);
    for (const [key, option] of Object.entries(options)) {
      for (const { flag } of option.flags) {
        // The options that ab shares with replay are listed there.
        const shared = name === 'ab' && key in TRAFFIC_OPTIONS;
        if (shared || IN_TEXT.includes(name)) {
          assert.ok(page.includes(`\`${longName(flag)}`) || page.includes(` ${longName(flag)}`), flag);
          continue;
        }
        const written = flag.replace(/<(.+)>/, (_, argument: string) => argument.toUpperCase());
        const row = page
          .split('\n')
          .find((line) => line.startsWith('| `-') && line.includes(`\`${written}\``));
        assert.ok(row !== undefined, `${file} has no row for ${written}`);
        const usual = option.default;
        if (usual === null) continue;
        const told = row.split(`\`${usual}\``);
        assert.ok(
          told.some(
            (text, i) => /default (is )?$/.test(text) || (i > 0 && /^( \([^)]*|, )default/.test(text)),
          ),
          `the row of ${written} does not give the default ${usual}`,
        );
      }
    }
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
