import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareCommand } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/export/export-command.ts';
import { FORMAT_NAMES } from '../../../src/formats/table.ts';
import { ENCODERS } from '../../../src/formats/writing/table.ts';
import { parseObject } from '../../../src/model/json.ts';
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

/** Bodies of the samples of every format that an import reads, on one tape; bytes of every kind among them. */
async function tapeOfSamples(): Promise<string> {
  const tape = fresh('.sqlite');
  const odd = fresh('.jsonl');
  const bodies = [
    '{"model":"m","messages":[],"a":1.0,"b":12345678901234567890,"c":"\\ud800\\u00e9","d" : -0e+2 }',
    '{"model":"m","model":"n","__proto__":{},"prompt":"\u2028","x":{"deep":[[[{}]]]}}',
    '{"prompt":"p","output_tokens":5,"model":"m","timestamp":3}',
    '{"input":"i","body":{"model":"inner"},"timestamp":1}',
  ];
  const rows = bodies.map(
    (body) => `{"body":${JSON.stringify(`${body.replace(/^{/, '{\r\n\t')} \n`)},"timestamp":1}`,
  );
  writeFileSync(odd, [...bodies, ...rows].join('\n'));
  await importJson([odd, '--out', tape]);
  for (const format of FORMAT_NAMES) {
    for (const file of readdirSync(join(samples, format))) {
      await importJson([join(samples, format, file), '--out', tape, '--append', '--model', 'm']);
    }
  }
  return tape;
}

const isObject = (body: string): boolean => parseObject(Buffer.from(body, 'latin1').toString()) !== null;

test('every format that keeps bodies gives them back byte for byte: import, export, import', async () => {
  const tape = await tapeOfSamples();
  const all = bodiesOn(tape).filter((body) => body !== '');
  const verbatim = Object.entries(ENCODERS).filter(([, { loses }]) =>
    loses.every((loss) => !/^(bodies$|allBut)/.test(loss)),
  );
  assert.ok(verbatim.length >= 4 && all.length > 60, String(all.length));
  for (const [format] of verbatim) {
    const [out, second] = [fresh('.out'), fresh('.sqlite')];
    await runExport(tape, '--format', format, '--out', out);
    const again = await importJson([out, '--out', second]);
    assert.equal(again.format, format);
    // An archive has any bytes, the others objects.
    const expected = format === 'har' ? all : all.filter(isObject);
    assert.deepEqual(bodiesOn(second).toSorted(), expected.toSorted(), format);
  }
});

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
