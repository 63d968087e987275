import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { prepareCommand } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/export/export-command.ts';
import { openParquetTables } from '../../../src/cli/export/parquet-tables.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { importJson } from '../../helpers/import-tape.ts';
import { assertRefused } from '../../helpers/refusals.ts';
import { startTestS3, type TestS3 } from '../../helpers/s3-server.ts';
import { sampleExchange } from '../../helpers/sample-exchange.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const docs = readFileSync(new URL('../../../docs/formats.md', import.meta.url), 'utf8');

function runExport(...args: readonly string[]) {
  return prepareCommand('export', command, args, {})();
}

/** Everything that is asked of the store goes to the stand-in. */
function exportTo(s3: TestS3, ...args: readonly string[]) {
  return prepareCommand('export', command, args, s3.env)();
}

type Row = Readonly<Record<string, unknown>>;

/** The rows of a table in the order of partitions. */
async function rowsOf(lake: string, table: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const path of globSync(join(lake, table, '**/*.parquet')).sort()) {
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
    const compressors = { ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes) };
    rows.push(...((await parquetReadObjects({ file, compressors, utf8: false })) as Row[]));
  }
  return rows;
}

test('a tape as Parquet has a row for each request and each body, as they are on the tape', async () => {
  const lake = join(folder, 'lake');
  const { data = '' } = await runExport(SAMPLE_TAPE, '--format', 'parquet', '--out', lake, '--json');
  const tape = openTape(SAMPLE_TAPE);
  try {
    const exchanges = [...tape.exchanges()];
    assert.equal(JSON.parse(data).exchanges, exchanges.length);
    const rows = await rowsOf(lake, 'exchanges');
    assert.deepEqual(
      rows.map(({ id, path, outcome, completion_tokens: tokens, max_tokens: most }) => [
        id,
        path,
        outcome,
        tokens,
        most,
      ]),
      exchanges.map(({ id, path, outcome, completionTokens, maxTokens }) => [
        BigInt(id),
        path,
        outcome,
        completionTokens,
        maxTokens === null ? null : BigInt(maxTokens),
      ]),
    );
    const [capture] = tape.captures();
    const startMs = capture?.startedAtMs ?? 0;
    for (const [i, { arrivedUs, firstTokenUs }] of exchanges.entries()) {
      const { arrived_at: at, ttft_ms: ttft } = rows[i] ?? {};
      assert.ok(Math.abs((at as Date).getTime() - (startMs + arrivedUs / 1e3)) < 1);
      assert.equal(ttft, firstTokenUs === null ? null : (firstTokenUs - arrivedUs) / 1e3);
    }
    const bodies = await rowsOf(lake, 'bodies');
    const kept = exchanges.flatMap(({ id, requestBodyId, responseBodyId }) =>
      [requestBodyId, responseBodyId].flatMap((body, i) =>
        body === null
          ? []
          : [[BigInt(id), ['request', 'response'][i], Buffer.from(tape.body(body) ?? []).toString()]],
      ),
    );
    assert.deepEqual(
      bodies.map(({ exchange_id: id, side, text }) => [id, side, text]),
      kept,
    );
    for (const path of globSync(join(lake, '**/*.parquet'))) {
      assert.match(
        path,
        /(exchanges|bodies)\/date=\d{4}-\d\d-\d\d\/hour=\d\d\/source=[\w.-]+\/part-0\.parquet$/,
      );
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }
  } finally {
    tape.close();
  }
});

/** Requests of two hours, the first of them twice, one body that is no UTF-8. */
async function twoHours(): Promise<string> {
  const [file, odd, tape] = ['hours.jsonl', 'odd.har', 'hours.sqlite'].map((name) => join(folder, name));
  assert.ok(file && odd && tape);
  if (existsSync(tape)) return tape;
  const body = '{"model":"m","messages":[{"role":"user","content":"é"}]}';
  writeFileSync(
    file,
    [0, 3_600].map((sec) => `{"timestamp":${1_767_225_600 + sec},"body":${body}}\n`).join(''),
  );
  const url = 'http://vllm:8000/v1/chat/completions';
  const bytes = {
    mimeType: 'application/json',
    encoding: 'base64',
    text: Buffer.of(0xff, 0xfe).toString('base64'),
  };
  const request = { method: 'POST', url, headers: [], postData: bytes };
  const entry = {
    startedDateTime: '2026-01-01T00:10:00Z',
    time: 1,
    request,
    response: { status: 200, headers: [], content: {} },
  };
  writeFileSync(odd, JSON.stringify({ log: { version: '1.2', entries: [entry] } }));
  await importJson([file, '--out', tape]);
  await importJson([odd, '--out', tape, '--append']);
  await importJson([file, '--out', tape, '--append']);
  return tape;
}

test('partitions are hours of a source, bytes that are no text stay bytes', async () => {
  const lake = join(folder, 'parts');
  await runExport(await twoHours(), '--format', 'parquet', '--out', lake);
  const parts = globSync('exchanges/**/*.parquet', { cwd: lake }).sort();
  assert.deepEqual(parts, [
    'exchanges/date=2026-01-01/hour=00/source=hours.jsonl_raw_/part-0.parquet',
    'exchanges/date=2026-01-01/hour=00/source=hours.jsonl_raw_/part-1.parquet',
    'exchanges/date=2026-01-01/hour=00/source=odd.har_har_/part-0.parquet',
    'exchanges/date=2026-01-01/hour=01/source=hours.jsonl_raw_/part-0.parquet',
    'exchanges/date=2026-01-01/hour=01/source=hours.jsonl_raw_/part-1.parquet',
  ]);
  const odd = (await rowsOf(lake, 'bodies')).filter(({ text }) => text === null);
  assert.deepEqual(
    odd.map(({ bytes }) => [...(bytes as Uint8Array)]),
    [[0xff, 0xfe]],
  );
});

test('tables hand on what they hold after eight megabytes, however large the tape is', () => {
  const MiB = 1024 * 1024;
  let [held, most, files] = [0, 0, 0];
  const write = (): void => {
    held = 0;
  };
  const tables = openParquetTables({
    create() {
      files += 1;
      return { write, end: () => undefined };
    },
    isFull: () => false,
    settle: async () => undefined,
    close: async () => undefined,
    discard: async () => undefined,
  });
  const row = { exchange: sampleExchange({}), upstream: 'http://a', arrivedUs: null };
  const body = { exchangeId: 1, side: 'request', text: 'x'.repeat(MiB), bytes: null } as const;
  for (let i = 0; i < 30; i++) {
    tables.add(row, [body], 0);
    held += MiB;
    most = Math.max(most, held);
  }
  tables.end();
  assert.deepEqual([files, most, held], [2, 8 * MiB, 0]);
});

test('a folder with something in it is kept, and nothing to write leaves no folder', async () => {
  const taken = join(folder, 'taken');
  await runExport(SAMPLE_TAPE, '--format', 'parquet', '--out', taken);
  const none = join(folder, 'none');
  await assertRefused([
    [
      ['export', SAMPLE_TAPE, '--format', 'parquet', '--out', taken, '--force'],
      /has files in it: give a new/,
    ],
    [
      ['export', SAMPLE_TAPE, '--format', 'parquet', '--out', SAMPLE_TAPE],
      /cannot be written \(ENOTDIR\): give a folder/,
    ],
    [
      ['export', SAMPLE_TAPE, '--format', 'parquet', '--out', join(none, 'a')],
      /give a folder at a place that exists/,
    ],
  ]);
  assert.equal(existsSync(none), false);
  assert.deepEqual(globSync(`${folder}/*.export-*`), []);
});

test('an object store gets the same files and their checksums, all to be seen only when all are there', async () => {
  const [s3, tape, lake] = [await startTestS3(), await twoHours(), join(folder, 'beside-s3')];
  let seen = 0;
  s3.fail = () => {
    seen = Math.max(seen, s3.uploads.size);
    return null;
  };
  await exportTo(s3, tape, '--format', 'parquet', '--out', 's3://lake/2026/01/');
  await runExport(tape, '--format', 'parquet', '--out', lake);
  const files = globSync('**/*.parquet', { cwd: lake }).sort();
  assert.equal(seen, files.length, 'none is completed before the last is there');
  const sums = s3.objects.get('lake/2026/01/_sha256sums')?.toString().trimEnd().split('\n') ?? [];
  assert.deepEqual(
    sums.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1)),
    files.map((name) => {
      const bytes = readFileSync(join(lake, name));
      assert.deepEqual(s3.objects.get(`lake/2026/01/${name}`), bytes, name);
      return `${createHash('sha256').update(bytes).digest('hex')}  ${name}`;
    }),
  );
  assert.equal(s3.objects.size, files.length + 1);
});

test('an upload that fails, at its end too, leaves no object', async () => {
  const [s3, tape] = [await startTestS3(), await twoHours()];
  for (const [fails, method] of [
    [1, 'PUT'],
    [3, 'PUT'],
    [12, 'POST'],
  ] as const) {
    let left = fails;
    s3.fail = (request) => (request.method === method && --left === 0 ? 403 : null);
    await assert.rejects(
      exportTo(s3, tape, '--format', 'parquet', '--out', 's3://lake'),
      /^UserError: s3:\/\/lake\/\S+ cannot be used \(403 Because403\)/,
    );
    assert.deepEqual([s3.objects.size, s3.uploads.size], [0, 0], `${method} ${fails}`);
  }
  s3.objects.set('lake/other', Buffer.of());
  await assert.rejects(
    exportTo(s3, tape, '--format', 'parquet', '--out', 's3://lake'),
    /has objects in it, as other: give a prefix without objects/,
  );
  await assertRefused([
    [
      ['export', SAMPLE_TAPE, '--format', 'raw', '--out', 's3://lake/x'],
      /is an object store, and raw is a file: write a local file and copy it/,
    ],
    [['export', SAMPLE_TAPE, '--format', 'parquet', '--out', 's3://L'], /write it as s3:\/\/BUCKET\/PREFIX/],
  ]);
});

const python = spawnSync('python3', ['-c', 'import duckdb'], { timeout: 30_000 });

test('DuckDB answers the query of docs/formats.md', {
  skip: python.status === 0 ? false : 'python3 has no DuckDB: pip install duckdb',
}, async () => {
  const lake = join(folder, 'duck');
  await runExport(join(folder, 'hours.sqlite'), '--format', 'parquet', '--out', lake);
  const query = /```sql\n-- DuckDB\n([\s\S]*?)```/.exec(docs)?.[1]?.replaceAll("'lake/", `'${lake}/`) ?? '';
  const script =
    'import duckdb, json, sys; print(json.dumps(duckdb.sql(sys.stdin.read()).fetchall(), default=str))';
  const { stdout, stderr } = spawnSync('python3', ['-c', script], {
    input: query,
    encoding: 'utf8',
    timeout: 60_000,
  });
  const rows = JSON.parse(stdout || `"${stderr}"`) as readonly (readonly unknown[])[];
  assert.deepEqual(
    rows.map(([date, hour, source, requests]) => [date, Number(hour), source, requests]),
    [
      ['2026-01-01', 0, 'hours.jsonl_raw_', 2],
      ['2026-01-01', 0, 'odd.har_har_', 1],
      ['2026-01-01', 1, 'hours.jsonl_raw_', 2],
    ],
  );
});
