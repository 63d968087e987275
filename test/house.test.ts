import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { houseViolations } from './helpers/house.ts';

test('the import table, package owners, names, tests and the absence of circles hold for src', () => {
  assert.deepEqual(houseViolations(fileURLToPath(new URL('..', import.meta.url))), []);
});

/** Builds a tiny house from the given files, each with its test, and returns what is wrong with it. */
function violationsOf(files: Readonly<Record<string, string>>, withTests = true): string[] {
  const root = mkdtempSync(join(tmpdir(), 'reprise-house-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      write(join(root, 'src', path), text);
      if (withTests) write(join(root, 'test', path.replace(/(\.worker)?\.ts$/, '.test.ts')), '');
    }
    return houseViolations(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

test('a sound house passes, so the planted faults below are what is found', () => {
  const files = {
    'model/a.ts': 'export const a = 1;',
    'chat/b.ts': "import { a } from '../model/a.ts';\nexport const b = a;",
    'store/c.ts': "import Database from 'better-sqlite3';\nexport { Database };",
  };
  assert.deepEqual(violationsOf(files), []);
});

test('planted: imports against the table, also of types and at run time', () => {
  for (const line of [
    "import { a } from '../store/a.ts';",
    "import type { A } from '../store/a.ts';",
    "export * from '../store/a.ts';",
    "const { a } = await import('../store/a.ts');",
    "import {\n  a,\n} from '../store/a.ts';",
  ]) {
    const found = violationsOf({ 'record/x.ts': `${line}\nexport const x = 1;` });
    assert.deepEqual(found, ['src/record/x.ts: record may not import store (../store/a.ts)'], line);
  }
});

test('planted: a package outside its owner, and one without an owner', () => {
  assert.deepEqual(
    violationsOf({ 'cli/x.ts': "import { Client } from 'undici';\nexport const x = Client;" }),
    ['src/cli/x.ts: package undici belongs to replay'],
  );
  assert.deepEqual(violationsOf({ 'cli/x.ts': "import l from '@scope/left-pad/x';\nexport const x = l;" }), [
    'src/cli/x.ts: package @scope/left-pad has no owner',
  ]);
});

test('planted: effects in a pure room, a drawer, a room that is not in the house', () => {
  assert.deepEqual(
    violationsOf({ 'chat/x.ts': "import { readFileSync } from 'node:fs';\nexport const x = readFileSync;" }),
    ['src/chat/x.ts: pure code may not import node:fs'],
  );
  assert.deepEqual(violationsOf({ 'chat/utils.ts': 'export const x = 1;' }), [
    'src/chat/utils.ts: utils.ts is a drawer, name what is inside',
  ]);
  assert.deepEqual(violationsOf({ 'misplaced/x.ts': 'export const x = 1;' }), [
    'src/misplaced/x.ts: there is no room called misplaced',
  ]);
});

test('planted: an API named outside of its table, by its name or by its path', () => {
  const found = 'src/replay/x.ts: the API chat is named outside of its table, src/chat/apis';
  for (const code of [
    "(api: string) => api === 'chat'",
    "(path: string) => path.endsWith('/chat/completions')",
    "'/v1/chat/completions?x=1'",
    '(api: string) => { switch (api) { case "chat": return 1; } return 0; }',
  ]) {
    assert.ok(violationsOf({ 'replay/x.ts': `export const x = ${code};` }).includes(found), code);
  }
  const sound =
    "import { a } from './messages.ts';\n/** As /v1/chat/completions. */\nexport const x = [a, 'chat'];";
  const files = { 'replay/x.ts': sound, 'replay/messages.ts': 'export const a = 1;' };
  assert.deepEqual(violationsOf({ ...files, 'chat/apis/x.ts': "export const x = '/messages';" }), []);
});

test('planted: a metric named outside of its table; properties and other words are free', () => {
  for (const [word, code] of [
    ['tpotMs', "(run: never) => run['tpotMs']"],
    ['e2elP50', "['e2elP50']"],
    ['ttft', '["ttft"]'],
    ['served_requests_per_sec', '`served_requests_per_sec`'],
  ] as const) {
    const found = `src/report/x.ts: the metric ${word} is named outside of its table, src/measure/metric-table.ts`;
    assert.deepEqual(violationsOf({ 'report/x.ts': `export const x = ${code};` }), [found]);
  }
  const free = "export const x = (run: { tpotMs: number }) => [run.tpotMs, 'errors', 'per tpot'];";
  assert.deepEqual(violationsOf({ 'report/x.ts': free }), []);
});

test("planted: the platform's formatters", () => {
  for (const line of ['(1).toLocaleString()', "Intl.NumberFormat('en')"]) {
    assert.deepEqual(violationsOf({ 'report/x.ts': `export const x = ${line};` }), [
      "src/report/x.ts: the platform's formatters are slow to start, use report/quantities",
    ]);
  }
});

test('planted: a folder without tests; types alone need none', () => {
  assert.deepEqual(violationsOf({ 'model/deep/x.ts': 'export const x = 1;' }, false), [
    'src/model/deep: test/model/deep has no test',
  ]);
  const types =
    "import type { B } from './b.ts';\n/** A. */\nexport interface A { readonly b: B }\nexport type C = A;";
  assert.deepEqual(violationsOf({ 'model/x.ts': types }, false), []);
});

test('planted: a circle of imports, of types too', () => {
  const files = {
    'model/a.ts': "import type { B } from './b.ts';\nexport type A = B;",
    'model/b.ts': "import { c } from './c.ts';\nexport type B = typeof c;",
    'model/c.ts': "import type { A } from './a.ts';\nexport const c = 1 as unknown as A;",
    'model/d.ts': "import type { A } from './a.ts';\nexport type D = A;",
  };
  assert.deepEqual(violationsOf(files), ['circle of imports: model/a.ts, model/b.ts, model/c.ts']);
});

test('planted: system time and timers in pure code', () => {
  const text = 'export const x = () => setTimeout(() => undefined, Date.now());';
  assert.deepEqual(violationsOf({ 'replay/plan/x.ts': text }), [
    'src/replay/plan/x.ts: pure code takes its time as an argument, not by setTimeout',
  ]);
  assert.deepEqual(violationsOf({ 'replay/engine/x.ts': text, 'model/clock.ts': text }), []);
});

test('planted: a sentence outside of the catalogue, whatever makes a text of it', () => {
  for (const line of [
    "'the run was stopped early'",
    `\`\${n} of \${m} requests failed\``,
    `\`only \${n} connections: \${m === 1 ? "" : \`try it with \${m} workers\`}\``,
    "['no request was sent'].join()",
    'say({ kind: \'x\', message: "answers had too few tokens" })',
    'n > 1 ? "more than the limit of it" : ""',
  ]) {
    for (const folder of ['model', 'measure', 'compare', 'replay', 'report/findings', 'store', 'chat']) {
      const found = violationsOf({ [`${folder}/x.ts`]: `export const x = (n, m) => ${line};` });
      assert.match(
        found[0] ?? '',
        /x\.ts:1: a sentence outside of the catalogue \(.*\): make a note of it$/,
        line,
      );
      assert.equal(found.length, 1, line);
    }
  }
});

test('texts that are no notes: errors, SQL, comments, patterns, names, and all of the catalogue', () => {
  const sentence = "'the run was stopped early'";
  const sound = {
    'measure/a.ts': `export const a = () => { throw new UserError(\`no run is called \${name}\`, { remedy: ${sentence} }); };`,
    'measure/b.ts': `/** The run was stopped early. */\nexport const b = 1; // It's no ${sentence}`,
    'compare/c.ts': `export const c = /the run 'was stopped early/.test(text) ? 'kind' : \`\${a} \${b} \${c}\`;`,
    'store/d.ts': 'export const d = db.prepare("SELECT id FROM runs WHERE label IS NOT NULL");',
    'report/messages/e.ts': `export const e = ${sentence};`,
    'cli/f.ts': `export const f = ${sentence};`,
  };
  assert.deepEqual(violationsOf(sound), []);
});
