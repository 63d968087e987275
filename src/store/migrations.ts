import type { Database } from 'better-sqlite3';
import { UserError } from '../model/user-error.ts';
import { APPLICATION_ID, SCHEMA_1_SQL, SCHEMA_2_SQL } from './schema.ts';

/** The ordered steps from an empty file to today's tape; a tape's version is the number of steps it has taken. */
export const MIGRATIONS: readonly string[] = [SCHEMA_1_SQL, SCHEMA_2_SQL];

/** The version a tape has (PRAGMA user_version). */
export function tapeVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Takes the steps a tape lacks, each in a transaction of its own with its version. */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  for (let version = tapeVersion(db); version < migrations.length; version++) {
    db.transaction(() => {
      db.exec(migrations[version] ?? '');
      db.pragma(`application_id = ${APPLICATION_ID}`);
      db.pragma(`user_version = ${version + 1}`);
    })();
  }
}

/**
 * Refuses what is not a tape of a version this program reads.
 * @param path for the message
 * @param writable a tape of an older version is brought up by whoever may write to it
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
