import Sqlite, { type Database } from 'better-sqlite3';
import { UserError } from '../model/user-error.ts';
import { APPLICATION_ID, SCHEMA_1_SQL } from './schema.ts';
import { VIEWS } from './views.ts';

/** The ordered steps from an empty file to today's tape; a tape's version is the number of steps it has taken. */
export const MIGRATIONS: readonly string[] = [SCHEMA_1_SQL];

/** The version a tape has (PRAGMA user_version). */
export function tapeVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/**
 * Takes the steps that a tape lacks and renews its views, all or nothing. Views come last and go first, since SQLite
 * refuses to change a table while a view names what is no longer there.
 */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  if (tapeVersion(db) === migrations.length && hasTodaysViews(db)) return;
  db.transaction(() => {
    for (const name of Object.keys(VIEWS)) db.exec(`DROP VIEW IF EXISTS ${name}`);
    for (const step of migrations.slice(tapeVersion(db))) db.exec(step);
    for (const [name, select] of Object.entries(VIEWS)) db.exec(viewSql(name, select));
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${migrations.length}`);
  }).immediate();
}

function hasTodaysViews(db: Database): boolean {
  const views = db.prepare("SELECT sql FROM sqlite_schema WHERE type = 'view'").pluck().all();
  return Object.entries(VIEWS).every(([name, select]) => views.includes(viewSql(name, select)));
}

function viewSql(name: string, select: string): string {
  return `CREATE VIEW ${name} AS${select}`;
}

/**
 * Refuses what is not a tape of a version this program reads.
 * @param path for the message
 * @param writable a tape of an older version may be opened for writing, which upgrades it
 * @throws UserError
 */
export function checkTape(
  db: Database,
  path: string,
  writable: boolean,
  migrations: readonly string[] = MIGRATIONS,
): void {
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    throw new UserError(`${path} is a SQLite file but not a tape: give a file that reprise record wrote`);
  }
  const version = tapeVersion(db);
  if (version > migrations.length) {
    throw new UserError(
      `${path} is a tape of version ${version} and this reprise reads up to ${migrations.length}: upgrade reprise`,
    );
  }
  if (version < migrations.length && !writable) {
    throw new UserError(
      `${path} is a tape of the older version ${version}: bring it up to date with reprise record or replay, or make it writable`,
    );
  }
  checkSchema(db, path, migrations.slice(0, Math.max(0, version)));
}

/**
 * Compares a tape's tables and indexes, word for word, with those that its version's steps make. A trigger, an index on an
 * expression or a table that is really a view would run foreign code. Views that a user added are never read.
 */
function checkSchema(db: Database, path: string, steps: readonly string[]): void {
  const expected = new Map(schemaOf(steps).map((entry) => [entry.name, entry]));
  for (const { type, name, sql } of schemaObjects(db)) {
    const known = expected.get(name);
    if (known?.type !== type || known.sql !== sql) {
      throw new UserError(
        `${path} has the ${type} ${JSON.stringify(name)}, which ${known === undefined ? 'is no part of a tape' : 'is not that of a tape'}: give the file as reprise wrote it`,
      );
    }
    expected.delete(name);
  }
  const [missing] = expected.values();
  if (missing !== undefined) {
    throw new UserError(
      `${path} is damaged (it lacks the ${missing.type} ${missing.name}): restore it from a copy`,
    );
  }
}

interface SchemaObject {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/** Everything that is stored or runs by itself, but the statistics of an ANALYZE. */
function schemaObjects(db: Database): readonly SchemaObject[] {
  return db
    .prepare<[], SchemaObject>("SELECT type, name, sql FROM sqlite_schema WHERE type <> 'view'")
    .all()
    .filter(({ sql }) => sql === null || !STATISTICS.has(sql));
}

const STATISTICS: ReadonlySet<string> = new Set([
  'CREATE TABLE sqlite_stat1(tbl,idx,stat)',
  'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)',
]);

const schemas = new Map<string, readonly SchemaObject[]>();

function schemaOf(steps: readonly string[]): readonly SchemaObject[] {
  const key = steps.join('\n');
  const known = schemas.get(key);
  if (known !== undefined) return known;
  const db = new Sqlite(':memory:');
  for (const step of steps) db.exec(step);
  const made = schemaObjects(db);
  db.close();
  schemas.set(key, made);
  return made;
}
