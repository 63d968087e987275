import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Exchange } from '../../../src/model/exchange.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { importJson, runImport } from '../../helpers/import-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const files = join(import.meta.dirname, '../../fixtures/formats/public');

/** Counted in the files with awk and jq: requests, tokens of prompts and of answers. */
const COUNTS = {
  'azure/AzureLLMInferenceTrace_conv.head.csv': ['azure', 1609, 1_727_468, 418_488],
  'mooncake/conversation_trace.head.jsonl': ['mooncake', 100, 1_524_742, 36_758],
  'tracelab/round_trace.jsonl': ['tracelab', 19, 514_012, 11_335],
  'openai-batch/openai_example_batch.jsonl': ['openai-batch', 2, 0, 0],
  'otel/customer_support_escalation.json': ['otel', 9, 0, 0],
  'otel/prefix_sharing_example.json': ['otel', 7, 1_065, 280],
  'otel/simple_chain.json': ['otel', 3, 0, 0],
  'sharegpt/sharegpt.json': ['sharegpt', 2, 0, 0],
} as const;

const known = new Map<string, ReturnType<typeof importOnce>>();

function imported(file: string) {
  const found = known.get(file) ?? importOnce(file);
  known.set(file, found);
  return found;
}

async function importOnce(file: string) {
  const out = join(folder, `${file.replace('/', '-')}.sqlite`);
  const result = await importJson([join(files, file), '--out', out]);
  const tape = openTape(out);
  try {
    const exchanges = [...tape.exchanges()];
    const bodies = exchanges.map(({ requestBodyId }) =>
      Buffer.from(tape.body(requestBodyId ?? 0) ?? []).toString(),
    );
    return { result, exchanges, bodies };
  } finally {
    tape.close();
  }
}

const sum = (exchanges: readonly Exchange[], of: (exchange: Exchange) => number | null): number =>
  exchanges.reduce((total, exchange) => total + (of(exchange) ?? 0), 0);

for (const [file, expected] of Object.entries(COUNTS)) {
  test(`every request of the public file ${file} is imported`, async () => {
    const { result, exchanges } = await imported(file);
    assert.deepEqual(result.skipped, {});
    assert.deepEqual(
      [
        result.format,
        exchanges.length,
        sum(exchanges, ({ promptTokens }) => promptTokens),
        sum(exchanges, ({ completionTokens }) => completionTokens),
      ],
      expected,
    );
  });
}

test('bodies of the public batch are those of its lines', async () => {
  const file = 'openai-batch/openai_example_batch.jsonl';
  const { bodies } = await imported(file);
  const lines = readFileSync(join(files, file), 'utf8').trim().split('\n');
  assert.ok(lines.every((line, i) => line.includes(`"body": ${bodies[i]}`)));
});

test('rows of the public trace of Mooncake share whole blocks of 512 tokens, the last one in part', async () => {
  const file = 'mooncake/conversation_trace.head.jsonl';
  const { bodies } = await imported(file);
  const rows = readFileSync(join(files, file), 'utf8')
    .trim()
    .split('\n')
    .map(
      (line) => JSON.parse(line) as { readonly input_length: number; readonly hash_ids: readonly number[] },
    );
  const prompts = bodies.map((body) => (JSON.parse(body) as { readonly prompt: readonly number[] }).prompt);
  for (let i = 1; i < rows.length; i++) {
    const [a, b] = [rows[i - 1], rows[i]];
    assert.ok(a !== undefined && b !== undefined);
    const common = a.hash_ids.findIndex((id, at) => id !== b.hash_ids[at]);
    const blocks = common === -1 ? a.hash_ids.length : common;
    const [p = [], q = []] = [prompts[i - 1], prompts[i]];
    const differs = p.findIndex((id, at) => id !== q[at]);
    assert.equal(
      differs === -1 ? p.length : differs,
      Math.min(512 * blocks, a.input_length, b.input_length),
      `rows ${i - 1} and ${i}`,
    );
  }
});

test('public files without traffic of a model leave no tape and say why', async () => {
  for (const [file, why] of [
    ['har/with-bom.har', /\(har\).*not a POST to a known API/],
    ['mitmproxy/dumpfile-10.mitm', /\(mitmproxy\).*not a POST to a known API/],
    ['mitmproxy/dumpfile-011.mitm', /\(mitmproxy\).*mitmdump -nr OLD -w NEW/],
  ] as const) {
    const out = join(folder, 'nothing.sqlite');
    await assert.rejects(runImport([join(files, file), '--out', out]), why);
    assert.ok(!existsSync(out));
  }
});
