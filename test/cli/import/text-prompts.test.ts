import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../../src/store/tape-reader.ts';
import { importJson, runImport } from '../../helpers/import-tape.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const samples = join(import.meta.dirname, '../../fixtures/formats');

/** The bodies of a tape, in order of arrival. */
function bodiesOn(path: string): readonly Readonly<Record<string, unknown>>[] {
  const tape = openTape(path);
  try {
    return [...tape.exchanges()].map(({ requestBodyId }) =>
      JSON.parse(Buffer.from(tape.body(requestBodyId ?? -1) ?? []).toString()),
    );
  } finally {
    tape.close();
  }
}

test('prompts as text have the tokens of the trace, template included, and share them to the token', async () => {
  const { origin: url } = (await quickSimulator()).url;
  const out = join(folder, 'text.sqlite');
  const { notes } = await importJson([
    join(samples, 'mooncake/lengths.jsonl'),
    ...['--model', REFERENCE_REQUEST.model, '--text', '--tokenizer', url, '--out', out],
  ]);
  assert.ok(notes.some(({ kind, text }) => kind === 'promptsSynthetic' && text.includes('as text')));
  const tokens = await Promise.all(
    bodiesOn(out).map(async ({ model, messages, max_tokens: most }) => {
      assert.ok(most);
      const response = await fetch(`${url}/tokenize`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, messages }),
      });
      return ((await response.json()) as { readonly tokens: readonly number[] }).tokens;
    }),
  );
  assert.deepEqual(
    tokens.map(({ length }) => length),
    [1300, 1024, 1600, 700, 300],
  );
  const shared = ([i, j]: readonly [number, number]): number => {
    const [a = [], b = []] = [tokens[i], tokens[j]];
    return a.findIndex((token, at) => token !== b[at]);
  };
  const template = shared([3, 4]);
  assert.ok(template < 20, 'only the template is common to all');
  assert.deepEqual(
    (
      [
        [0, 1],
        [0, 2],
        [1, 2],
        [0, 3],
      ] as const
    ).map(shared),
    [512, 1024, 512, template],
  );
});

test('a server without tokens, and --text without a server, are refused in a sentence', async () => {
  const server = await startLocalServer((_request, response) => void response.writeHead(404).end('{}'));
  const file = join(samples, 'azure/azure.csv');
  const out = join(folder, 'none.sqlite');
  try {
    await assert.rejects(
      runImport([file, '--tokenizer', server.url.origin, '--out', out]),
      /\/tokenize gave no tokens \(status 404\)/,
    );
    await assert.rejects(async () => runImport([file, '--text', '--out', out]), /--text needs the tokenizer/);
  } finally {
    await server.close();
  }
});
