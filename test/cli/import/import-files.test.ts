import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { dryRun } from '../../../src/cli/replay/dry-run.ts';
import { gatherTraffic } from '../../../src/cli/report/gather-traffic.ts';
import { textPage } from '../../../src/report/text-page.ts';
import { trafficPage } from '../../../src/report/traffic-page.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { givenReplay } from '../../helpers/given-options.ts';
import { eventually } from '../../helpers/http-call.ts';
import { importJson, runImport } from '../../helpers/import-tape.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { CLI_ENTRY } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const samples = join(import.meta.dirname, '../../fixtures/formats');
let files = 0;

/** A file of this content, and the path of a tape. */
function given(
  content: string | Buffer,
  name = `f${files}.jsonl`,
): { readonly file: string; readonly out: string } {
  files += 1;
  const file = join(folder, name);
  writeFileSync(file, content);
  return { file, out: join(folder, `${files}.sqlite`) };
}

const body = (text: string): string => `{"model":"m","messages":[{"role":"user","content":"${text}"}]}`;

/** Text that is compressed to half at most. */
const noise = (from: number, numbers: number): string =>
  Array.from({ length: numbers }, (_, i) => Math.sin(from * numbers + i)).join(' ');

function exchangesOn(out: string) {
  const tape = openTape(out);
  try {
    return [...tape.exchanges()];
  } finally {
    tape.close();
  }
}

test('compressed files are read whatever their name, one that was cut as far as it goes', async () => {
  const text = Array.from({ length: 1_000 }, (_, i) => `${body(noise(i, 12))}\n`).join('');
  const zip = gzipSync(text);
  for (const bytes of [
    zip,
    zstdCompressSync(text),
    Buffer.concat([zip, zip]),
    Buffer.from(`\ufeff${text}`),
  ]) {
    const { file, out } = given(bytes);
    const { exchanges, notes } = await importJson([file, '--out', out]);
    assert.equal(exchanges % 1_000, 0);
    assert.ok(exchanges > 0);
    assert.deepEqual(
      notes.map(({ kind }) => kind),
      ['noArrivals'],
    );
  }
  for (const bytes of [zip, zstdCompressSync(text)]) {
    const { file, out } = given(bytes.subarray(0, bytes.length / 2));
    const { exchanges, notes } = await importJson([file, '--out', out]);
    assert.ok(exchanges > 100 && exchanges < 1_000);
    assert.ok(notes.some(({ kind }) => kind === 'fileCut'));
  }
  const damaged = given(Buffer.concat([gzipSync('').subarray(0, 10), Buffer.from('no such data')]));
  await assert.rejects(
    importJson([damaged.file, '--out', damaged.out]),
    /is damaged: nothing of it could be decompressed: decompress it with gzip/,
  );
});

test('a compressed file may have members behind one another, padding, and other bytes at its end', async () => {
  const lines = Array.from({ length: 600 }, (_, i) => `${body(noise(i, 8))}\n`);
  const half = lines.slice(0, 200).join('');
  const rest = lines.slice(200).join('');
  const zeros = Buffer.alloc(600);
  const garbage = Buffer.from('something else');
  // Size of a frame that is skipped, as the seekable format and pzstd write it.
  const skipped = Buffer.from('502a4d1804000000deadbeef', 'hex');
  const named = Buffer.concat([
    Buffer.from('1f8b081c0000000000030300616263', 'hex'),
    Buffer.from('name\0comment\0'),
    gzipSync(half).subarray(10),
  ]);
  const broken = gzipSync(rest);
  broken.fill(0xff, broken.length - 2_000, broken.length - 1_990);
  const wrongSum = gzipSync(rest);
  wrongSum[wrongSum.length - 8] = (wrongSum.at(-8) ?? 0) ^ 1;
  const cases: readonly (readonly [readonly Buffer[], string | null])[] = [
    [[gzipSync(half), gzipSync(rest)], null],
    [[named, zeros, gzipSync(rest), zeros], null],
    [[skipped, zstdCompressSync(half), skipped, zstdCompressSync(rest)], null],
    [[gzipSync(half), gzipSync(rest), garbage], 'fileTrailing'],
    [[zstdCompressSync(half), zstdCompressSync(rest), zeros, garbage], 'fileTrailing'],
    [[gzipSync(half), wrongSum], 'fileDamaged'],
    [[gzipSync(half), gzipSync(rest).subarray(0, -3)], 'fileCut'],
  ];
  for (const [i, [pieces, note]] of cases.entries()) {
    const { file, out } = given(Buffer.concat(pieces));
    const { exchanges, notes } = await importJson([file, '--out', out]);
    const kinds = notes.map(({ kind }) => kind).filter((kind) => kind !== 'noArrivals');
    assert.deepEqual([i, exchanges, kinds], [i, 600, note === null ? [] : [note]]);
  }
  const { file, out } = given(Buffer.concat([gzipSync(half), broken]));
  const { exchanges, notes } = await importJson([file, '--out', out]);
  assert.ok(exchanges > 200 && exchanges < 600, String(exchanges));
  assert.ok(notes.some(({ kind }) => kind === 'fileDamaged'));
});

/** A command whose standard input is written by the test. */
function startWithInput(args: readonly string[]) {
  const child = spawn(process.execPath, [CLI_ENTRY, ...args], { timeout: 60_000, killSignal: 'SIGKILL' });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.resume();
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  return { child, ended };
}

test('standard input is a file', async () => {
  const { out } = given('');
  const empty = startWithInput(['import', '-', '--out', out]);
  empty.child.stdin.end();
  const { code, stderr } = await empty.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /stdin is empty/);
  const good = startWithInput(['import', '-', '--out', out]);
  good.child.stdin.end(gzipSync(`${body('a')}\n${body('b')}\n`));
  const end = await good.ended;
  assert.equal(end.code, 0, end.stderr);
  assert.equal(exchangesOn(out).length, 2);
});

test('Ctrl-C ends an import that waits for its input, and leaves no part of a tape', async () => {
  const { out } = given('');
  const left = (): readonly string[] =>
    readdirSync(folder).filter((name) => name.startsWith(basename(out, '.sqlite')));
  const { child, ended } = startWithInput(['import', '-', '--out', out]);
  child.stdin.on('error', () => undefined).write(`${body('a')}\n`.repeat(30_000));
  await eventually(() => left().length > 0);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /no tape is written/);
  assert.deepEqual(left(), []);
});

test('a line longer than any record costs only itself, be it the first', async () => {
  const { file, out } = given('');
  writeFileSync(file, body('a').slice(0, -3));
  const piece = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 66; i++) appendFileSync(file, piece);
  appendFileSync(file, `\n${body('b')}\n${body('c')}\n`);
  const { exchanges, skips } = await importJson([file, '--out', out]);
  assert.equal(exchanges, 2);
  assert.deepEqual(
    skips.map(({ kind, line }) => [kind, line]),
    [['tooLong', 1]],
  );
  rmSync(file);
});

test('a document that was cut between two records says so', async () => {
  for (const content of [`[${body('a')},\n${body('b')},\n`, `{"data":[${body('a')},${body('b')}]`]) {
    const { file, out } = given(content);
    const { exchanges, notes } = await importJson([file, '--out', out, '--format', 'raw']);
    assert.equal(exchanges, 2);
    assert.ok(notes.some(({ kind }) => kind === 'fileCut'));
  }
});

test('text in UTF-16 and Parquet are refused by what they are, also under a named format', async () => {
  const rows = `${body('a')}\n${body('b')}\n`;
  const bigEndian = Buffer.from(rows, 'utf16le').swap16();
  for (const [content, what] of [
    [Buffer.from(`\ufeff${rows}`, 'utf16le'), /is text in UTF-16: convert it to UTF-8/],
    [Buffer.from(rows, 'utf16le'), /is text in UTF-16/],
    [bigEndian, /is text in UTF-16/],
    // A row that lost a byte does not hide what the file is.
    [Buffer.from(rows, 'utf16le').subarray(0, -3), /is text in UTF-16/],
    [Buffer.from('PAR1\x15\x04 cut'), /is a Parquet file/],
  ] as const) {
    const { file, out } = given(content);
    for (const named of [[], ['--format', 'raw']]) {
      await assert.rejects(runImport([file, '--out', out, ...named]), what);
    }
    assert.ok(!existsSync(out));
  }
});

test('a file without records is called so', async () => {
  for (const [content, what] of [
    ['', /is empty/],
    [' \n\n', /is empty/],
    ['[]', /holds no records/],
    ['{"log":{"version":"1.2","entries":[]}}', /holds no records/],
    ['{"a":1}', /is of no format that is known/],
  ] as const) {
    const { file, out } = given(content);
    await assert.rejects(runImport([file, '--out', out]), what);
  }
});

test('requests without a time among others are counted', async () => {
  const row = (timestamp: string): string =>
    `{"timestamp":${timestamp},"body":${body(timestamp.replaceAll('"', ''))}}`;
  const { file, out } = given(['1700000000', '"soon"', 'null', '1700000001'].map(row).join('\n'));
  const { notes } = await importJson([file, '--out', out]);
  assert.deepEqual(
    notes.map(({ text }) => text),
    ['2 requests without an arrival time, on the tape with that of the request before'],
  );
  assert.deepEqual(
    exchangesOn(out).map(({ arrivedUs }) => arrivedUs),
    [0, 0, 0, 1e6],
  );
});

test('one row in UTF-16 among others costs only itself', async () => {
  const { file, out } = given(
    Buffer.concat([
      Buffer.from(`${body('a')}\n`),
      Buffer.from(body('b'), 'utf16le'),
      Buffer.from(`\n${body('c')}\n`),
    ]),
  );
  const { exchanges, skipped } = await importJson([file, '--out', out]);
  assert.deepEqual([exchanges, skipped], [2, { notJson: 1 }]);
});

test('the tape appears when all is done, belongs to its owner, and leaves nothing beside it', async () => {
  const { file, out } = given(`${body('a')}\n{"cut`);
  await runImport([file, '--out', out]);
  assert.equal(statSync(out).mode & 0o777, 0o600);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith(out.slice(folder.length + 1))),
    [out.slice(folder.length + 1)],
  );
  const before = readFileSync(out);
  await assert.rejects(runImport([file, '--out', out]), /exists already/);
  assert.deepEqual(readFileSync(out), before);
});

test('nothing that can be used leaves no tape, and no change of one that is added to', async () => {
  const { file, out } = given(`${body('a')}\n`);
  const bad = given('{"model":"m","messages":3,"input":5}\nnonsense\n');
  await assert.rejects(
    runImport([bad.file, '--out', bad.out]),
    /nothing in f\d+\.jsonl \(raw\) can be imported \(1 record skipped: no messages, prompt or input \(first at f\d+\.jsonl:1\), 1 record skipped: not a JSON object/,
  );
  assert.ok(!existsSync(bad.out));
  await runImport([file, '--out', out]);
  await assert.rejects(runImport([bad.file, '--out', out, '--append']), /nothing in/);
  assert.equal(exchangesOn(out).length, 1);
  await runImport([file, '--out', out, '--append']);
  assert.deepEqual(
    exchangesOn(out).map(({ captureId }) => captureId),
    [1, 2],
  );
});

test('requests lie in the order of their arrivals, over all files; equal times keep the order of the files', async () => {
  const row = (at: number, text: string): string => `{"timestamp":${at},"body":${body(text)}}`;
  const one = given([row(5, 'e'), row(1, 'a'), row(3, 'c1')].join('\n'));
  const two = given([row(3, 'c2'), row(0.5, 'first'), row(3, 'c3')].join('\n'));
  await runImport([one.file, two.file, '--out', one.out]);
  const tape = openTape(one.out);
  const found = [...tape.exchanges()].map(({ arrivedUs, requestBodyId }) => [
    arrivedUs,
    /content":"(\w+)/.exec(Buffer.from(tape.body(requestBodyId ?? 0) ?? []).toString())?.[1],
  ]);
  tape.close();
  assert.deepEqual(found, [
    [0, 'first'],
    [5e5, 'a'],
    [2.5e6, 'c1'],
    [2.5e6, 'c2'],
    [2.5e6, 'c3'],
    [4.5e6, 'e'],
  ]);
});

test('--limit ends early, --model names what has no model and leaves the others', async () => {
  const { file, out } = given(`{"messages":[],"x":1.0}\n${body('b')}\n${body('c')}\n`);
  const { exchanges } = await importJson([file, '--out', out, '--limit', '2', '--model', 'mine']);
  assert.equal(exchanges, 2);
  const tape = openTape(out);
  const bodies = [...tape.exchanges()].map(({ requestBodyId }) =>
    Buffer.from(tape.body(requestBodyId ?? 0) ?? []).toString(),
  );
  tape.close();
  assert.deepEqual(bodies, ['{"messages":[],"x":1.0,"model":"mine"}', body('b')]);
});

test('without arrivals there is no recorded rate: an open loop is refused, inspect says so', async () => {
  const { file, out } = given(`${body('a')}\n${body('b')}\n`);
  await runImport([file, '--out', out]);
  await assert.rejects(
    dryRun(out, givenReplay({ open: true })),
    /imported from a file without arrival times.*--rate/,
  );
  await dryRun(out, givenReplay({ rate: '5/s', requests: '2' }));
  await dryRun(out, givenReplay({}));
  const tape = openTape(out);
  const report = gatherTraffic(tape, out);
  tape.close();
  assert.equal(report.figures.firstArrivalAt, null);
  assert.deepEqual(report.figures.outcomes, { unknown: 2 });
  assert.ok(report.traffic.bins.every(({ errors }) => errors === 0));
  const page = textPage(trafficPage(report, 'en')).replaceAll('\n', ' ');
  assert.match(page, /the imported file has no arrival times/);
  assert.match(page, /2 requests in 2 conversations, none failed, of 2 the end is not known\./);
});

test('known output lengths are pinned by a replay', async () => {
  const { out } = given('');
  await runImport([join(samples, 'azure/azure.csv'), '--out', out, '--model', 'm']);
  const tape = openTape(out);
  const { loadRequests } = await import('../../../src/cli/replay/load-requests.ts');
  const { requests, changes } = loadRequests(tape, out, givenReplay({}).requests);
  tape.close();
  assert.deepEqual(
    requests.map(({ askedTokens }) => askedTokens),
    [44, 109, 16],
  );
  assert.ok(
    changes.some(
      (change) => change.kind === 'flagSet' && change.field === 'ignore_eos' && change.requests === 3,
    ),
  );
});

test('every format may be named, whatever is in the file', async () => {
  const { FORMAT_NAMES } = await import('../../../src/formats/table.ts');
  for (const format of FORMAT_NAMES) {
    const { file, out } = given('1 aa 5 0\n\0\0{"a":[1\n"b,c\n3:x');
    await assert.rejects(runImport([file, '--out', out, '--format', format]), /can be imported/);
    assert.ok(!existsSync(out));
  }
});

test('mistakes of the command line and of files are one sentence', async () => {
  const { file, out } = given(`${body('a')}\n`);
  const output = given(
    '{"id":"x","custom_id":"a","response":{"status_code":200},"error":null}\n',
    'output.jsonl',
  );
  await assertRefused([
    [['import', join(folder, 'no.jsonl'), '--out', out], /there is no file .*no\.jsonl/],
    [['import', folder, '--out', out], /is a directory/],
    [
      ['import', output.file, '--out', out],
      /output\.jsonl is an output file of OpenAI's batch API.*give its input file/,
    ],
    [['import', file], /--out/],
    [['import', '--out', out], /missing required argument 'file/],
    [['import', file, '--out', out, '--format', 'parquet'], /--format parquet is not known/],
    [['import', file, '--out', out, '--append'], /there is no file/],
  ]);
  assert.ok(!existsSync(out));
});
