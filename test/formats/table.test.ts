import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { createElementScanner } from '../../src/formats/reading/element-scanner.ts';
import { readFileHead } from '../../src/formats/reading/file-head.ts';
import { FORMAT_NAMES, type FormatName, openReader } from '../../src/formats/table.ts';
import { tnetPlace } from '../../src/formats/wire/tnetstring.ts';
import { type JsonObject, parseObject } from '../../src/model/json.ts';
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
    ['{"Req_URL":"/v1/completions","Req_Method":"POST","Req_Body":"{}"}', /Kafka/],
    ['{"metadata":{},"conversations":[[{"messages":[]}]]}', /SGLang's agentic/],
    ['request_id,"request_body",response_status\n', /CSV export of Helicone/],
    ['id,trace_id,provided_model_name\n', /CSV export of Langfuse/],
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
      const whole = exchangesOf(readAs(name, bytes)).length;
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
          assert.ok(cut.length <= whole);
        }),
        { numRuns: 60 },
      );
    }
  });
}

/** How a file is made of records. */
interface Frame {
  /** The records of a sample. */
  cut(sample: Buffer): readonly Buffer[];
  /** Others, whatever is in them. */
  readonly others: fc.Arbitrary<Buffer>;
  /** Any records as a file, the first of which has this number. */
  join(records: readonly Buffer[]): Buffer;
  readonly first: number;
  /** Whether a record is a request, or should be one. */
  counts(record: Buffer): boolean;
}

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, 0, -1, 1.5, 1e300, '', 'text', '7', '2026-01-01T00:00:00Z'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('messages', 'role', 'content', 'prompt', 'model', 'type'), tie('value')),
  ),
})).value;

const text = (line: string): Buffer => Buffer.from(line);

const lines = (sample: Buffer): readonly Buffer[] =>
  sample
    .toString()
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(text);

/** JSON objects, a line each: those of any document can be written so. */
const JSON_LINES: Frame = {
  cut(sample) {
    const scanner = createElementScanner();
    return [...scanner.push(sample), ...scanner.end()].flatMap(({ bytes }) =>
      bytes === null ? [] : [text(JSON.stringify(JSON.parse(bytes.toString())))],
    );
  },
  others: fc.constantFrom('{"a":', 'x', '[]', '1', '"a"', '{}', '{"data":[1]}').map(text),
  join: (records) => text(`{}\n${records.join('\n')}`),
  first: 2,
  counts: () => true,
};

const CSV_ROWS: Frame = {
  cut: (sample) => lines(sample),
  others: fc.constantFrom(',', '",', 'a,"b', '1,2,3', '"', 'x').map(text),
  join: (records) => text(records.join('\n')),
  first: 1,
  counts: () => true,
};

/** Formats that are neither JSON nor CSV, or have one object a line only. */
const FRAMES: Readonly<Partial<Record<FormatName, Frame>>> = {
  goreplay: {
    cut: (sample) => sample.toString().split('\n🐵🙈🙉\n').slice(0, -1).map(text),
    others: fc
      .constantFrom('', 'POST', 'POST /v1/chat/completions HTTP/1.1\r\n\r\n', 'GET / HTTP/1.1\n\n')
      .map((message) => text(`1 AB 1719312363823048450 0\n${message}`)),
    join: (records) => text(records.map((record) => `${record}\n🐵🙈🙉\n`).join('')),
    first: 1,
    // Answers are a part of their requests.
    counts: (record) => record[0] === 0x31,
  },
  'vllm-bench': { ...JSON_LINES, others: fc.constantFrom('x', '{}', '{"a":1}').map(text) },
  mitmproxy: {
    cut(sample) {
      const flows: Buffer[] = [];
      for (let at = 0, place = tnetPlace(sample, 0); place != null && place.end <= sample.length; ) {
        flows.push(sample.subarray(at, place.end));
        at = place.end;
        place = tnetPlace(sample, at);
      }
      return flows;
    },
    others: fc.constantFrom('0:~', '3:abc,', '0:}', '15:7:version;2:21#}', '3:a:b]').map(text),
    join: (records) => Buffer.concat(records),
    first: 1,
    counts: () => true,
  },
};

/** An object, if it is one. */
function asJson(text: string): readonly JsonObject[] {
  const object = parseObject(text);
  return object === null ? [] : [object];
}

function frameOf(name: FormatName, sample: Buffer): Frame {
  return FRAMES[name] ?? (/^\s*[[{]/.test(sample.toString('utf8', 0, 20)) ? JSON_LINES : CSV_ROWS);
}

/** Numbers of the records that were read, and of those that became a part of runs. */
function readAll(name: FormatName, bytes: Buffer) {
  const reader = openReader(name, readFileHead(bytes, true));
  const records = [...reader.push(bytes), ...reader.end()];
  const runs = reader.runs?.() ?? [];
  const inRuns = name === 'aiperf' ? runs.flatMap(({ requests }) => requests) : runs;
  return { numbers: new Set(records.map(({ line }) => line)), inRuns: inRuns.length };
}

for (const name of FORMAT_NAMES) {
  test(`${name}: every record is counted, whatever is in it`, () => {
    const [sample = Buffer.alloc(0)] = samplesOf(name);
    const frame = frameOf(name, sample);
    const known = samplesOf(name).flatMap((bytes) => frame.cut(bytes));
    assert.ok(known.length > 1);
    const objects = known.flatMap((record) => asJson(record.toString()));
    const mutated = fc
      .tuple(fc.constantFrom(...(objects.length > 0 ? objects : [{}])), fc.nat(30), value)
      .map(([row, member, put]) => {
        const keys = Object.keys(row);
        return text(JSON.stringify({ ...row, [keys[member % keys.length] ?? '']: put }));
      });
    const record = fc.oneof(
      fc.constantFrom(...known),
      frame.others,
      ...(objects.length > 0 ? [mutated] : []),
    );
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 12 }), (chosen) => {
        const header = frame === CSV_ROWS ? known.slice(0, 1) : [];
        const all = [...header, ...chosen];
        const { numbers, inRuns } = readAll(name, frame.join(all));
        const expected = all.flatMap((one, i) => (frame.counts(one) ? [i + frame.first] : []));
        const uncounted = expected.slice(header.length).filter((number) => !numbers.has(number));
        assert.equal(uncounted.length, inRuns);
      }),
      { numRuns: 60 },
    );
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
// With other flags V8 takes no code from the compile cache, and all files that are imported after this one are compiled.
setFlagsFromString('--no-expose-gc');
// With other flags V8 takes no code from the compile cache, and all files that are imported after this one are compiled.
setFlagsFromString('--no-expose-gc');

/** Bytes that something still refers to. */
function liveBytes(): number {
  // The memory of buffers is free after another one.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test('readers keep nothing of what they have given, in any format', () => {
  const readers = FORMAT_NAMES.flatMap((name) => {
    const [sample = Buffer.alloc(0)] = samplesOf(name);
    const reader = openReader(name, readFileHead(sample, true));
    // Results of a benchmark are one run: they are held until their end.
    if (reader.runs !== undefined) return [];
    const frame = FRAMES[name];
    const whole = frame === undefined ? sample : frame.join(frame.cut(sample));
    return [{ name, reader, piece: Buffer.concat(Array(Math.ceil(PIECE / whole.length)).fill(whole)) }];
  });
  const read = (pieces: number): void => {
    for (const { name, reader, piece } of readers) {
      let records = 0;
      for (let i = 0; i < pieces; i++) records += reader.push(Buffer.from(piece)).length;
      assert.ok(records > pieces, name);
    }
  };
  read(10);
  const before = liveBytes();
  read(12);
  const grown = liveBytes() - before;
  assert.ok(grown < 8 * PIECE, String(grown));
});

const PIECE = 32 * 1024;
