import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { METRICS } from '../../src/compare/metrics.ts';
import { runCli } from '../helpers/run-cli.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';

const page = readFileSync(new URL('../../docs/json.md', import.meta.url), 'utf8');

/** The example below a heading. */
function documented(heading: string): unknown {
  const section = page.split(`\n## ${heading}`)[1] ?? '';
  return JSON.parse(/```json\n([\s\S]*?)```/.exec(section)?.[1] ?? 'null');
}

/** Every name in a document with the kind of its value; elements of a list and metrics share one name. */
function shape(value: unknown, path = '', into = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const element of value) shape(element, `${path}[]`, into);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      shape(inner, path.endsWith('.metrics') ? `${path}.*` : `${path}.${name}`, into);
    }
  } else into.add(`${path}: ${value === null ? 'null' : typeof value}`);
  return into;
}

const CASES = [
  ['replay --json', ['report', SAMPLE_TAPE, '--format', 'json']],
  ['inspect --json', ['inspect', SAMPLE_TAPE, '--json']],
  ['compare --json', ['compare', SAMPLE_TAPE, 'before', 'after', '--json']],
] as const;

for (const [heading, args] of CASES) {
  test(`docs/json.md shows the shape of ${heading}`, async () => {
    const { stdout } = await runCli(args);
    assert.deepEqual([...shape(documented(heading))].sort(), [...shape(JSON.parse(stdout))].sort());
  });
}

test('docs/json.md names every metric of a comparison', () => {
  for (const { key } of METRICS) assert.ok(page.includes(`\`${key}\``), key);
});
