import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { AS_TOOLS } from '../../src/cli/report/report-settings.ts';
import { PAIR_METRICS, RUN_METRICS } from '../../src/compare/compared-metrics.ts';
import { summarizeRun } from '../../src/measure/run-summary.ts';
import { NO_CHUNKS } from '../../src/model/chunk-times.ts';
import { jsonText, sessionDocument } from '../../src/report/json.ts';
import { FINDINGS } from '../../src/report/messages/findings.ts';
import { runCli } from '../helpers/run-cli.ts';
import { sampleResult, sampleRun } from '../helpers/sample-runs.ts';
import { sampleSession } from '../helpers/sample-session.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';

const page = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');

/** The first example below a heading, or a later one. */
function documented(heading: string, number = 0): unknown {
  const section = page.split(`\n## ${heading}`)[1]?.split('\n## ')[0] ?? '';
  return JSON.parse([...section.matchAll(/```json\n([\s\S]*?)```/g)][number]?.[1] ?? 'null');
}

/** Every name in a document with the kind of its value; elements of a list and metrics share one name. */
function shape(value: unknown, path = '', into = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const element of value) shape(element, `${path}[]`, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      // The facts of a finding are those of its kind.
      if (path === '.findings[]' && !['label', 'target', 'kind', 'section', 'text'].includes(name)) continue;
      shape(inner, path.endsWith('.metrics') ? `${path}.*` : `${path}.${name}`, into);
    }
  } else into.add(`${path}: ${value === null ? 'null' : typeof value}`);
  return into;
}

const CASES = [
  ['replay --json', ['report', SAMPLE_TAPE, '--format', 'json']],
  ['inspect --json', ['inspect', SAMPLE_TAPE, '--json']],
  ['compare --json', ['compare', SAMPLE_TAPE, 'before', 'after', '--json']],
  ['budget --json', ['budget', SAMPLE_TAPE, '--json']],
] as const;

for (const [heading, args] of CASES) {
  test(`docs/json.md shows the shape of ${heading}`, async () => {
    const { stdout } = await runCli(args);
    assert.deepEqual([...shape(documented(heading))].sort(), [...shape(JSON.parse(stdout))].sort());
  });
}

test('docs/json.md shows what the sample tape has not: goodput and errors', () => {
  const results = [{}, { outcome: 'http_error', status: 503, error: 'overloaded' } as const];
  const { goodput, errorKinds } = summarizeRun(
    sampleRun(),
    results.map((result) => ({ result: sampleResult(result), chunks: NO_CHUNKS })),
    { slo: { ttftMs: 500, tpotMs: 50, e2elMs: null } },
  );
  const shown = documented('replay --json', 1);
  assert.deepEqual([...shape(shown)].sort(), [...shape({ goodput, errorKinds })].sort());
});

for (const tool of AS_TOOLS) {
  test(`docs/json.md shows the shape of report --as ${tool}`, async () => {
    const { stdout } = await runCli(['report', SAMPLE_TAPE, '--run', '1', '--as', tool, '--format', 'json']);
    const metrics = JSON.parse(stdout).runs[0].metrics;
    const shown = documented('report --as') as { readonly runs: readonly [{ readonly metrics: object }] };
    if (tool === 'vllm-bench')
      assert.deepEqual([...shape(shown)].sort(), [...shape(JSON.parse(stdout))].sort());
    for (const name of Object.keys(metrics))
      assert.ok(page.includes(`\`${name}\``) || name in shown.runs[0].metrics, name);
  });
}

test('docs/json.md shows the shape of ab --json', () => {
  const shown = documented('ab --json');
  assert.deepEqual(
    [...shape(shown)].sort(),
    [...shape(JSON.parse(jsonText(sessionDocument(sampleSession()))))].sort(),
  );
});

test('docs/json.md names every kind of finding', () => {
  for (const kind of Object.keys(FINDINGS)) assert.ok(page.includes(`\`${kind}\``), kind);
});

test('docs/json.md names every metric of a comparison', () => {
  for (const { key } of [...RUN_METRICS, ...PAIR_METRICS]) assert.ok(page.includes(`\`${key}\``), key);
});
