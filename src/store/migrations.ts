import type { Database } from 'better-sqlite3';
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
  // Reading the schema is what shows a damaged file.
  db.prepare('SELECT name FROM sqlite_schema').all();
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
}
