import { readFileSync, writeFileSync } from 'node:fs';
import { zstdCompressSync } from 'node:zlib';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { openTapeWriter } from '../../src/store/tape-writer.ts';
import {
  answerFigures,
  CAPTURE,
  exchangeEnd,
  exchangeStart,
  REQUEST,
  RUN,
  RUN_END,
  rawResult,
} from './sample-records.ts';

/** Tapes as a stranger, or a bad disk, may hand them over. */

/** Writes a small tape that every command can use: a recording, and four runs each, one of them invalid, of `before` and `after`. */
export function writeHonestTape(path: string): void {
  const writer = openTapeWriter(path, 'create');
  const captureId = writer.beginCapture(CAPTURE);
  for (const number of [1, 2, 3]) {
    writer.startExchange(captureId, exchangeStart(number));
    const end = exchangeEnd(
      number,
      number * 1000,
      JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello '.repeat(50) + number }] }),
    );
    writer.endExchange(captureId, end, REQUEST, answerFigures(end.answer));
  }
  const body = 'vllm:num_requests_running 1\n'.repeat(9);
  for (const edge of ['start', 'end'] as const) {
    writer.addServerState(
      { captureId },
      { edge, kind: 'metrics', takenAtMs: CAPTURE.startedAtMs, status: 200, body },
    );
  }
  writer.endCapture(captureId, CAPTURE.startedAtMs + 2_000, {});
  for (const label of ['before', 'after']) {
    for (const repeat of [1, 2, 3, 4]) {
      const runId = writer.beginRun({
        ...RUN,
        label,
        startedAtMs: RUN.startedAtMs + repeat * 10_000,
        settings: {
          ...RUN.settings,
          repeat,
          skipped: [{ kind: 'bodyTruncated', requests: 2 }],
          changes: [{ kind: 'lengthPinned', field: 'max_tokens', requests: 1 }],
        },
      });
      for (const seq of [0, 1, 2, 3]) {
        const raw = rawResult(seq);
        writer.addResult(runId, raw, answerFigures(raw.answer));
      }
      writer.addServerState(
        { runId },
        { edge: 'start', kind: 'metrics', takenAtMs: RUN.startedAtMs, status: 200, body },
      );
      const failed = { kind: 'requestsFailed', failed: 3, requests: 4, limit: 0.1, mostOften: null } as const;
      writer.endRun(runId, { ...RUN_END, invalidReasons: repeat === 4 ? [failed] : [] });
    }
  }
  writer.close();
}

/** One change of a tape's file. */
export type Damage =
  | { readonly kind: 'flip'; readonly at: readonly (readonly [place: number, byte: number])[] }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'value'; readonly column: number; readonly value: unknown }
  | { readonly kind: 'member'; readonly column: number; readonly member: number; readonly value: unknown }
  | { readonly kind: 'bytes'; readonly column: number; readonly bytes: Uint8Array }
  | { readonly kind: 'sql'; readonly sql: string };

/** Values that are hard on whatever computes with them. */
const HARD: readonly unknown[] = [
  null,
  0,
  -1,
  1,
  0.5,
  2 ** 31 - 1,
  2 ** 31,
  1e9,
  -(2 ** 40),
  2 ** 53,
  9e18,
  1e300,
  '',
  'x',
  '\u001b[2J\n',
  '[]',
  '{}',
  'null',
  '[{"kind":"requestsFailed"}]',
  '[{"kind":"throttled"},7]',
  '[1]',
  '{"kind":"open"}',
  'x'.repeat(5000),
  Buffer.alloc(0),
  Buffer.from([2, 255, 255, 255, 255, 255, 255, 255, 255]),
  zstdCompressSync(Buffer.alloc(3e6)),
];
const HARD_MEMBERS: readonly unknown[] = [
  null,
  0,
  -1,
  2 ** 31 - 1,
  1e9,
  1e300,
  '',
  'x',
  '\u001b]0;x\u0007',
  [],
  {},
  [null],
  [[]],
  { kind: 'x' },
  { kind: 'open' },
  true,
  undefined,
];

const SCHEMA_EDITS: readonly string[] = [
  'CREATE TRIGGER t AFTER UPDATE ON captures BEGIN UPDATE results SET finished_us = 1; END',
  'DROP TABLE server_states',
  'DROP INDEX results_by_run',
  'ALTER TABLE runs RENAME COLUMN label TO lable',
  'ALTER TABLE runs ADD COLUMN more TEXT',
  'CREATE TABLE other (x)',
  'CREATE INDEX slow ON results (hex(zeroblob(id)))',
  'ALTER TABLE runs RENAME TO old; CREATE VIEW runs AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT * FROM old, c',
  'CREATE VIEW mine AS WITH RECURSIVE c(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM c) SELECT * FROM c',
  "UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema WHERE name = 'results') WHERE name = 'runs'",
  "UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'bodies'",
  "UPDATE sqlite_schema SET rootpage = 99999 WHERE name = 'exchanges'",
  "UPDATE sqlite_schema SET sql = 'CREATE TABLE runs (id)' WHERE name = 'runs'",
  "UPDATE sqlite_schema SET sql = 'nonsense' WHERE name = 'runs'",
  'DELETE FROM sqlite_schema',
  'DELETE FROM captures',
  'DELETE FROM exchanges',
  'DELETE FROM bodies',
  'DELETE FROM results',
  'UPDATE runs SET id = id + 9000000000000000',
  'PRAGMA user_version = 7',
  'PRAGMA user_version = 0',
  'PRAGMA user_version = -1',
  'PRAGMA application_id = 0',
  'CREATE VIRTUAL TABLE f USING fts5(x)',
  'UPDATE results SET seq = seq + 2000000000 * (id % 2)',
  'PRAGMA encoding',
  'PRAGMA journal_mode = WAL',
  'CREATE TEMP TABLE runs (x)',
];

export const arbitraryDamage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({
    kind: fc.constant('flip'),
    at: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 30 }),
  }),
  fc.record({ kind: fc.constant('cut'), at: fc.nat() }),
  fc.record({ kind: fc.constant('value'), column: fc.nat(), value: fc.constantFrom(...HARD) }),
  fc.record({ kind: fc.constant('value'), column: fc.nat(), value: fc.constantFrom(...HARD) }),
  fc.record({
    kind: fc.constant('member'),
    column: fc.nat(),
    member: fc.nat(),
    value: fc.constantFrom(...HARD_MEMBERS),
  }),
  fc.record({
    kind: fc.constant('member'),
    column: fc.nat(),
    member: fc.nat(),
    value: fc.constantFrom(...HARD_MEMBERS),
  }),
  fc.record({ kind: fc.constant('bytes'), column: fc.nat(), bytes: fc.uint8Array({ maxLength: 40 }) }),
  fc.record({ kind: fc.constant('sql'), sql: fc.constantFrom(...SCHEMA_EDITS) }),
) as fc.Arbitrary<Damage>;

/** Copies a tape and damages the copy. */
export function damageTape(from: string, to: string, damage: Damage): void {
  const file = readFileSync(from);
  if (damage.kind === 'flip') for (const [place, byte] of damage.at) file[place % file.length] = byte;
  writeFileSync(to, damage.kind === 'cut' ? file.subarray(0, damage.at % file.length) : file);
  if (damage.kind === 'flip' || damage.kind === 'cut') return;
  if (damage.kind === 'sql') {
    editTape(to, (db) => tolerant(() => db.exec(damage.sql)));
    return;
  }
  withoutRules(to, (db) => {
    const columns = columnsOf(db, DAMAGED_COLUMNS[damage.kind]);
    const column = columns[damage.column % columns.length];
    if (column === undefined) return;
    const { table, name } = column;
    const write = (value: unknown): void => {
      const one = damage.column % 3 === 0 ? `WHERE rowid = (SELECT max(rowid) FROM ${table})` : '';
      tolerant(() => db.prepare(`UPDATE ${table} SET ${name} = ? ${one}`).run(value));
    };
    if (damage.kind !== 'member') return write(damage.kind === 'bytes' ? damage.bytes : damage.value);
    const stored = db.prepare(`SELECT ${name} FROM ${table} WHERE ${name} IS NOT NULL LIMIT 1`).pluck().get();
    if (typeof stored === 'string')
      write(JSON.stringify(withMember(JSON.parse(stored), damage.member, damage.value)) ?? 'null');
  });
}

/** Opens a tape as somebody who may do everything with it. */
export function editTape(path: string, edit: (db: Database.Database) => void): void {
  const db = new Database(path);
  db.unsafeMode(true);
  db.pragma('writable_schema = ON');
  db.pragma('foreign_keys = OFF');
  edit(db);
  db.close();
}

/** Changes rows of a tape regardless of the types and rules of its schema, which is as before afterwards. */
function withoutRules(path: string, edit: (db: Database.Database) => void): void {
  const rules = new Map<string, string>();
  editTape(path, (db) => {
    for (const { name, sql } of db
      .prepare<[], { name: string; sql: string }>("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
      .all()) {
      rules.set(name, sql);
      const lax = sql
        .replaceAll(' NOT NULL', '')
        .replace(') STRICT', ')')
        .replaceAll(/ (INTEGER|TEXT|REAL|BLOB)(?! PRIMARY)/g, ' BLOB')
        .replaceAll(/CHECK \((edge|\()[^\n]*\)/g, (text) => (text.endsWith(',') ? ',' : 'CHECK (1)'));
      db.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(lax, name);
    }
  });
  editTape(path, (db) => {
    db.pragma('ignore_check_constraints = ON');
    edit(db);
    for (const [name, sql] of rules)
      db.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?').run(sql, name);
  });
}

/** Which columns a kind of damage is done to. */
const DAMAGED_COLUMNS = {
  value: /./,
  member: /^(settings|redaction|health|invalid_reasons|request_headers|response_headers)$/,
  bytes: /^(packed|data)$/,
} as const;

function columnsOf(
  db: Database.Database,
  names: RegExp,
): readonly { readonly table: string; readonly name: string }[] {
  return db
    .prepare<[], { table: string; name: string }>(
      `SELECT t.name AS "table", c.name FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' ORDER BY 1, 2`,
    )
    .all()
    .filter(({ name }) => names.test(name));
}

function tolerant(edit: () => unknown): void {
  try {
    edit();
  } catch {
    // SQLite itself does not let this damage be done to this tape.
  }
}

/** Puts a value in the place of a document's n-th member, at whatever depth. */
function withMember(document: unknown, n: number, value: unknown): unknown {
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, inner] of Object.entries(node)) {
      places.push([node as Record<string, unknown>, key]);
      walk(inner);
    }
  };
  walk(document);
  const [node, key] = places[n % (places.length + 1)] ?? [];
  if (node === undefined || key === undefined) return value;
  node[key] = value;
  return document;
}
