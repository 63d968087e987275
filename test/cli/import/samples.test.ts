import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { loadRequests } from '../../../src/cli/replay/load-requests.ts';
import type { Exchange } from '../../../src/model/exchange.ts';
import { openTape, type TapeReader } from '../../../src/store/tape-reader.ts';
import { givenReplay } from '../../helpers/given-options.ts';
import { importJson } from '../../helpers/import-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const samples = join(import.meta.dirname, '../../fixtures/formats');

interface ExpectedRow {
  readonly [column: string]: unknown;
  readonly at_ms?: number;
  readonly sha256?: string;
  readonly contains?: readonly string[];
  readonly lacks?: readonly string[];
  readonly header?: readonly [string, string];
  readonly reads?: number;
}

interface Expected {
  readonly files: readonly string[];
  readonly args: readonly string[];
  readonly format: string;
  readonly exchanges: number;
  readonly skipped?: number;
  readonly skipped_min?: number;
  readonly rows?: readonly ExpectedRow[];
  readonly by_text?: Readonly<Record<string, ExpectedRow>>;
  readonly conversations?: number;
  readonly started_at?: string;
  readonly absent?: readonly string[];
  readonly input_tokens?: readonly number[];
  readonly shared_tokens?: readonly (readonly [number, number, number])[];
}

const cases = JSON.parse(readFileSync(join(samples, 'expect.json'), 'utf8')) as readonly Expected[];

for (const [i, expected] of cases.entries()) {
  test(`the sample ${expected.files.join(' ')} gives what it should`, async () => {
    const path = join(folder, `${i}.sqlite`);
    const files = expected.files.map((file) => join(samples, file));
    const result = await importJson([...files, ...expected.args, '--out', path]);
    const skipped = Object.values(result.skipped).reduce((sum, n) => sum + n, 0);
    assert.deepEqual([result.format, result.exchanges], [expected.format, expected.exchanges]);
    const [least, most] =
      expected.skipped_min === undefined
        ? [expected.skipped ?? 0, expected.skipped ?? 0]
        : [expected.skipped_min, Number.POSITIVE_INFINITY];
    assert.ok(skipped >= least && skipped <= most, JSON.stringify(result.skipped));
    const tape = openTape(path);
    try {
      checkTape(tape, path, expected);
    } finally {
      tape.close();
    }
    for (const secret of expected.absent ?? []) {
      assert.ok(!readFileSync(path).includes(secret), secret);
      assert.ok(!existsSync(`${path}-wal`));
    }
  });
}

function checkTape(tape: TapeReader, path: string, expected: Expected): void {
  const exchanges = [...tape.exchanges()];
  assert.equal(exchanges.length, expected.exchanges);
  if ((expected.rows ?? []).length > 0) assert.equal(expected.rows?.length, exchanges.length);
  for (const [i, row] of (expected.rows ?? []).entries()) checkRow(tape, exchanges[i], row);
  for (const [text, row] of Object.entries(expected.by_text ?? {})) {
    const found = exchanges.filter((exchange) => lastMessage(tape, exchange).includes(text));
    assert.equal(found.length, 1, text);
    checkRow(tape, found[0], row);
  }
  if (expected.conversations !== undefined) {
    const loaded = loadRequests(tape, path, givenReplay({}).requests);
    assert.equal(loaded.conversations.length, expected.conversations);
  }
  if (expected.started_at !== undefined) {
    const first = new Date(tape.captures()[0]?.startedAtMs ?? 0).toISOString();
    assert.equal(first, expected.started_at);
  }
  const prompts = exchanges.map((exchange) => promptIds(tape, exchange));
  if (expected.input_tokens !== undefined)
    assert.deepEqual(
      prompts.map((ids) => ids?.length),
      expected.input_tokens,
    );
  for (const [i, j, n] of expected.shared_tokens ?? []) {
    const [a = [], b = []] = [prompts[i] ?? [], prompts[j] ?? []];
    const differing = a.findIndex((id, at) => id !== b[at]);
    assert.equal(differing === -1 ? a.length : differing, n);
  }
}

function checkRow(tape: TapeReader, exchange: Exchange | undefined, row: ExpectedRow): void {
  assert.ok(exchange !== undefined);
  const body = bodyText(tape, exchange);
  const plain = body.replace(/\s+/g, '');
  const near = (actual: number | null, wanted: unknown, what: string): void => {
    if (wanted === null) assert.equal(actual, null, what);
    else
      assert.ok(actual !== null && Math.abs(actual - Number(wanted)) <= 0.6, `${what}: ${actual}, ${wanted}`);
  };
  const after = (us: number | null): number | null => (us === null ? null : (us - exchange.arrivedUs) / 1e3);
  const columns: Readonly<Record<string, unknown>> = {
    path: exchange.path,
    model: exchange.model,
    stream: Number(exchange.stream),
    max_tokens: exchange.maxTokens,
    messages: exchange.messages,
    status: exchange.status,
    session: exchange.sessionKey,
    prompt_tokens: exchange.promptTokens,
    completion_tokens: exchange.completionTokens,
    cached_tokens: exchange.cachedTokens,
    reads: tape.exchangeChunkTimes(exchange).atUs.length,
    sha256: createHash('sha256').update(body, 'latin1').digest('hex'),
  };
  for (const [name, wanted] of Object.entries(row)) {
    if (name === 'at_ms') near(exchange.arrivedUs / 1e3, wanted, name);
    else if (name === 'ttft_ms') near(after(exchange.firstTokenUs), wanted, name);
    else if (name === 'e2el_ms') near(after(exchange.finishedUs), wanted, name);
    else if (name === 'contains' || name === 'lacks') {
      for (const text of wanted as readonly string[]) {
        const found = plain.includes(Buffer.from(text.replace(/\s+/g, '')).toString('latin1'));
        assert.equal(found, name === 'contains', `${name} ${text}: ${body}`);
      }
    } else if (name === 'header') {
      const [header, value] = wanted as [string, string];
      assert.equal(exchange.requestHeaders[exchange.requestHeaders.indexOf(header) + 1], value);
    } else {
      assert.ok(Object.hasOwn(columns, name), name);
      assert.deepEqual(columns[name], wanted, `${name} of ${body.slice(0, 200)}`);
    }
  }
}

/** As latin1, so that no byte is lost. */
function bodyText(tape: TapeReader, { requestBodyId }: Exchange): string {
  return Buffer.from(tape.body(requestBodyId ?? 0) ?? []).toString('latin1');
}

function lastMessage(tape: TapeReader, exchange: Exchange): string {
  const body = JSON.parse(Buffer.from(bodyText(tape, exchange), 'latin1').toString()) as {
    readonly messages?: readonly unknown[];
  };
  return JSON.stringify([body.messages?.at(-1)]);
}

function promptIds(tape: TapeReader, exchange: Exchange): readonly number[] | null {
  const { prompt } = JSON.parse(Buffer.from(bodyText(tape, exchange), 'latin1').toString() || '{}') as {
    readonly prompt?: unknown;
  };
  return Array.isArray(prompt) ? prompt : null;
}

test('views of an imported tape show what the file knew, and nothing else', async () => {
  const path = join(folder, 'view.sqlite');
  await importJson([join(samples, 'litellm/standard_logging.jsonl'), '--out', path]);
  const db = new Database(path, { readonly: true });
  const rows = db.prepare('SELECT ttft_ms, e2el_ms, outcome FROM exchange_view ORDER BY number').all();
  db.close();
  assert.deepEqual(rows, [
    { ttft_ms: null, e2el_ms: 500, outcome: 'ok' },
    { ttft_ms: 250, e2el_ms: 2000, outcome: 'ok' },
    { ttft_ms: null, e2el_ms: 500, outcome: 'ok' },
    { ttft_ms: null, e2el_ms: 500, outcome: 'http_error' },
  ]);
});
