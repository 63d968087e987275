import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareCommand } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/export/export-command.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { importJson } from '../../helpers/import-tape.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const samples = join(import.meta.dirname, '../../fixtures/formats');
let files = 0;

const fresh = (end: string): string => join(folder, `${files++}${end}`);

function runExport(...args: readonly string[]) {
  return prepareCommand('export', command, args, {})();
}

/** The bodies on a tape as bytes, in its order. */
function bodiesOn(path: string): readonly string[] {
  const tape = openTape(path);
  try {
    return [...tape.exchanges()].map(({ requestBodyId }) =>
      Buffer.from(tape.body(requestBodyId ?? -1) ?? []).toString('latin1'),
    );
  } finally {
    tape.close();
  }
}

const FILES = [
  'raw/bodies.jsonl',
  'openai-batch/batch.jsonl',
  'mooncake/payload.jsonl',
  'aiperf-raw/profile_export_raw.jsonl',
  'helicone/requests.jsonl',
  'litellm/standard_logging.jsonl',
];

for (const format of ['raw', 'openai-batch', 'mooncake', 'har']) {
  test(`import, export as ${format} and import again give the same bodies`, async () => {
    for (const file of FILES) {
      const [first, second, out] = [fresh('.sqlite'), fresh('.sqlite'), fresh('.out')];
      await importJson([join(samples, file), '--out', first]);
      await runExport(first, '--format', format, '--out', out);
      const again = await importJson([out, '--out', second]);
      assert.equal(again.format, format);
      assert.deepEqual(bodiesOn(second), bodiesOn(first), file);
    }
  });
}

test('a recording is exported in every format, readable by its owner only, with its counts as JSON', async () => {
  for (const format of ['raw', 'openai-batch', 'mooncake', 'vllm-custom', 'sharegpt', 'har']) {
    const [out, back] = [fresh('.out'), fresh('.sqlite')];
    const { data = '' } = await runExport(SAMPLE_TAPE, '--format', format, '--out', out, '--json');
    const said = JSON.parse(data);
    assert.deepEqual([said.format, said.out, said.skipped], [format, out, {}]);
    assert.equal(said.exchanges, bodiesOn(SAMPLE_TAPE).length);
    assert.equal(statSync(out).mode & 0o777, 0o600);
    const { exchanges } = await importJson([out, '--out', back]);
    assert.equal(exchanges, said.exchanges, format);
  }
});

test('times of a trace count from the first arrival of the tape, and what has none gets none', async () => {
  const [tape, out] = [fresh('.sqlite'), fresh('.jsonl')];
  const later = fresh('.jsonl');
  const body = '{"model":"m","messages":[]}';
  const row = (seconds: number) => `{"timestamp":${seconds},"body":${body}}\n`;
  writeFileSync(later, row(1_700_000_010) + row(1_700_000_012.5));
  const earlier = fresh('.jsonl');
  writeFileSync(earlier, row(1_700_000_001));
  await importJson([later, '--out', tape]);
  await importJson([earlier, '--out', tape, '--append']);
  await importJson([join(samples, 'openai-batch/batch.jsonl'), '--out', tape, '--append']);
  await runExport(tape, '--format', 'mooncake', '--out', out);
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).timestamp),
    [9_000, 11_500, 0, undefined, undefined, undefined],
  );
});

test('a file with something in it is kept without --force, a tape always, and nothing to write leaves no file', async () => {
  const [taken, none, ids] = [fresh('.jsonl'), fresh('.jsonl'), fresh('.sqlite')];
  writeFileSync(taken, 'mine\n');
  await importJson([join(samples, 'azure/azure.csv'), '--model', 'm', '--out', ids]);
  const to = (out: string) => ['export', SAMPLE_TAPE, '--format', 'raw', '--out', out];
  await assertRefused([
    [to(taken), /exists already/],
    [[...to(SAMPLE_TAPE), '--force'], /is a tape/],
    [['export', ids, '--format', 'vllm-custom', '--out', none], /written as vllm-custom .*no text of a user/],
  ]);
  assert.deepEqual([readFileSync(taken, 'utf8'), existsSync(none)], ['mine\n', false]);
  await runExport(SAMPLE_TAPE, '--format', 'raw', '--out', taken, '--force');
  assert.match(readFileSync(taken, 'utf8'), /^\{"/);
});
