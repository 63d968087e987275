import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { FORMAT_NAMES, type FormatName } from '../../src/formats/table.ts';
import { exchangesOf, plainRecords, readAs, skipsOf, sniffed } from '../helpers/read-format.ts';

const samples = join(import.meta.dirname, '../fixtures/formats');

/** The sample files of a format. */
function samplesOf(name: FormatName): readonly Buffer[] {
  const folder = join(samples, name);
  return readdirSync(folder).map((file) => readFileSync(join(folder, file)));
}

test('every format has a sample, which is recognized', () => {
  for (const name of FORMAT_NAMES) {
    for (const bytes of samplesOf(name)) assert.equal(sniffed(bytes), name);
  }
});

test('files that look alike are distinguished', () => {
  const cases: readonly (readonly [object, string])[] = [
    [{ prompt: 'a', output_tokens: 5 }, 'vllm-custom'],
    [{ prompt: 'a', output_tokens: 5, model: 'm' }, 'raw'],
    [{ messages: [], timestamp: 1 }, 'mooncake'],
    [{ messages: [], timestamp: 1, model: 'm' }, 'raw'],
    [{ messages: [], delay: 1, model: 'm' }, 'mooncake'],
    [{ messages: [] }, 'raw'],
    [{ input: 'a', model: 'm' }, 'raw'],
    [{ body: '{}', timestamp: 1 }, 'raw'],
    [{ input_length: 5 }, 'mooncake'],
    [{ type: 'GENERATION', startTime: '2026-01-01T00:00:00Z', input: 'a' }, 'langfuse'],
    [{ custom_id: 'a', body: {} }, 'openai-batch'],
    [{ data: [{ type: 'SPAN', start_time: '' }], meta: {} }, 'langfuse'],
    [{ spans: [{ trace_id: 'a', attributes: {} }] }, 'otel'],
    [{ request_created_at: '', request_body: null }, 'helicone'],
    [{ input_tokens_total: 1, prefix_tokens: 0, model: 'm' }, 'tracelab'],
    [{ request_throughput: 1, completed: 1, burstiness: 1 }, 'vllm-bench'],
    [{ metadata: {}, metrics: {} }, 'aiperf'],
    [{ a: 1 }, 'unknown'],
  ];
  for (const [document, name] of cases) {
    assert.equal(sniffed(JSON.stringify(document)), name, JSON.stringify(document));
    assert.equal(sniffed(JSON.stringify(document, null, 1)), name, JSON.stringify(document));
    const isRecord = !('data' in document || 'spans' in document);
    if (isRecord) assert.equal(sniffed(JSON.stringify([document])), name, JSON.stringify([document]));
  }
});

test('files without requests are refused by what they are', () => {
  const cases: readonly (readonly [Buffer | string, RegExp])[] = [
    ['{"id":"a","custom_id":"b","response":{"status_code":200}}', /output file of OpenAI's batch/],
    ['{"input_config":{},"request_latency":{}}', /aiperf's summary/],
    ['{"request_throughput":1.5,"completed":3}', /results of SGLang/],
    ['{"metadata":{},"benchmarks":[]}', /guidellm/],
    ['{"chat_id":1,"input_length":5,"hash_ids":[1]}', /Bailian/],
    ['SQLite format 3\0', /a tape/],
    ['PAR1\x15\x04', /Parquet/],
    [Buffer.from('\ufeff{"a":1}', 'utf16le'), /UTF-16/],
    ['hello\nworld\n', /unknown/],
    ['', /unknown/],
  ];
  for (const [bytes, words] of cases) assert.match(sniffed(bytes), words);
});

test('the first record that is one decides, be the first line damaged', () => {
  assert.equal(sniffed('el":"m"}\n{"cut\n{"a":1}\n{"model":"m","messages":[]}\n'), 'raw');
});

test('records of another format, and of files without requests, are skipped as such', () => {
  const good = '{"model":"m","messages":[]}';
  const records = readAs(
    'raw',
    `${good}\n{"custom_id":"a","body":{}}\n{"custom_id":"a","response":{}}\n${good}`,
  );
  assert.deepEqual(skipsOf(records), ['otherFormat', 'otherFormat']);
  assert.equal(exchangesOf(records).length, 2);
});

for (const name of FORMAT_NAMES) {
  test(`${name}: however the file comes in pieces, it gives the same`, () => {
    for (const bytes of samplesOf(name)) {
      const expected = plainRecords(readAs(name, bytes));
      const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 });
      fc.assert(
        fc.property(sizes, (pieces) => {
          assert.deepEqual(plainRecords(readAs(name, bytes, pieces)), expected);
        }),
        { numRuns: 15 },
      );
    }
  });

  test(`${name}: damaged bytes are skipped, never thrown, and what is cut off takes nothing before it along`, () => {
    for (const bytes of samplesOf(name)) {
      const edits = fc.array(
        fc.record({ at: fc.nat(bytes.length - 1), byte: fc.integer({ min: 0, max: 255 }) }),
        {
          maxLength: 8,
        },
      );
      fc.assert(
        fc.property(edits, fc.nat(bytes.length), (changes, length) => {
          const damaged = Buffer.from(bytes);
          for (const { at, byte } of changes) damaged[at] = byte;
          readAs(name, damaged.subarray(0, length), [64, 1_000]);
          const cut = exchangesOf(readAs(name, bytes.subarray(0, length)));
          const before = exchangesOf(readAs(name, bytes));
          assert.ok(cut.length <= before.length);
        }),
        { numRuns: 60 },
      );
    }
  });
}

/** Formats with a record a line, whose every line is a request or a skip. */
const OF_LINES = [
  'raw',
  'openai-batch',
  'mooncake',
  'litellm',
  'langfuse',
  'helicone',
  'vllm-custom',
  'tracelab',
  'aiperf-raw',
] as const;

for (const name of OF_LINES) {
  test(`${name}: every line is counted, whatever is in it`, () => {
    const lines = samplesOf(name).flatMap((bytes) =>
      bytes
        .toString()
        .split('\n')
        .filter((line) => line.trim() !== ''),
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, 0, -1, 1.5, 1e300, '', 'text', '2026-01-01T00:00:00Z'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.constantFrom('messages', 'role', 'content', 'prompt', 'model', 'type'),
          tie('value'),
        ),
      ),
    })).value;
    const parsed = lines.flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
    const mutated = fc.tuple(fc.constantFrom(...parsed), fc.nat(30), value).map(([row, member, put]) => {
      const keys = Object.keys(row);
      return JSON.stringify({ ...row, [keys[member % keys.length] ?? '']: put });
    });
    const line = fc.oneof(
      fc.constantFrom(...lines),
      mutated,
      fc.constantFrom('{', '{"a":', 'x', '[]', '1', '"a"', '{}'),
    );
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (chosen) => {
        const bytes = `{}\n${chosen.join('\n')}`;
        const records = readAs(name, bytes);
        assert.deepEqual(
          records.map((record) => record.line),
          Array.from({ length: chosen.length + 1 }, (_, i) => i + 1),
        );
      }),
      { numRuns: 60 },
    );
  });
}
