import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { UserError } from '../model/user-error.ts';
import { DamagedValueError } from './damaged-value-error.ts';
import { isJournalBroken, refuseJournalName } from './journal.ts';
import { checkTape, MIGRATIONS, migrate } from './migrations.ts';

/** How long a write waits for another process's lock, ms. */
const BUSY_TIMEOUT_MS = 5_000;

/** Owner only: a tape holds what people said. */
const FILE_MODE = 0o600;

/**
 * Pages that a connection keeps, KiB: better-sqlite3's default is 16,000, and the system has the file's pages as well. Who only
 * reads does so in the order of the file, once.
 */
const CACHE_KIB = { reading: 1_000, writing: 4_000 } as const;

const SQLITE_MAGIC = 'SQLite format 3\0';

/**
 * Loads SQLite's own code, which the first database of a thread would do: a thread that is terminated meanwhile takes the
 * whole process with it (SIGABRT), so a thread that may be terminated says that it is ready only after this.
 */
export function loadSqlite(): void {
  new Database(':memory:').close();
}

/**
 * Creates a new tape, mode 0600, and opens it for writing.
 * @throws UserError when the file exists or cannot be made
 */
export function createDatabase(path: string, migrations: readonly string[] = MIGRATIONS): Database.Database {
  refuseJournalName(path);
  try {
    // SQLite deletes a journal of an earlier file of this name, but would use its index, which that one's writer may still have.
    if (!existsSync(path)) rmSync(`${path}-shm`, { force: true });
    closeSync(openSync(path, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR, FILE_MODE));
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    return opened(path, false, (db) => {
      prepareForWriting(db);
      migrate(db, migrations);
    });
  } catch (error) {
    // Half a tape would be in the way of the next try.
    rmSync(path, { force: true });
    throw error;
  }
}

/**
 * Opens an existing tape to write more to it; an older version is brought up to date.
 * @throws UserError
 */
export function appendDatabase(path: string, migrations: readonly string[] = MIGRATIONS): Database.Database {
  checkFile(path);
  // SQLite writes over what shows it.
  const isCut = isJournalBroken(path);
  return opened(path, false, (db) => {
    checkTape(db, path, true, migrations);
    chmodSync(path, FILE_MODE);
    prepareForWriting(db);
    migrate(db, migrations);
    if (isCut) db.exec('UPDATE captures SET clean_close = 0 WHERE id = (SELECT max(id) FROM captures)');
  });
}

/**
 * Opens a tape for reading only.
 * @throws UserError
 */
export function readDatabase(path: string, migrations: readonly string[] = MIGRATIONS): Database.Database {
  checkFile(path);
  const prepare = (db: Database.Database): void => checkTape(db, path, false, migrations);
  return isJournalMissing(path) ? openedCopy(path, prepare) : opened(path, true, prepare);
}

/** Where the header says how the file is journaled: twice 1 for a rollback journal, twice 2 for a WAL (sqlite.org/fileformat.html, 1.3.3). */
const JOURNAL_AT = 18;

/**
 * True of a tape that was copied without its journal while it was open, in a read-only folder: SQLite would make
 * the journal's index there to read it.
 */
function isJournalMissing(path: string): boolean {
  if (existsSync(`${path}-wal`) || isWritable(dirname(path))) return false;
  const version = Buffer.alloc(1);
  const file = openSync(path, 'r');
  readSync(file, version, 0, 1, JOURNAL_AT);
  closeSync(file);
  return version[0] === 2;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Opens a copy that needs no journal and has no name any more: it goes with the process. */
function openedCopy(path: string, prepare: (db: Database.Database) => void): Database.Database {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-tape-'));
  try {
    const copy = join(folder, 'copy.sqlite');
    copyFileSync(path, copy, constants.COPYFILE_FICLONE);
    chmodSync(copy, FILE_MODE);
    const file = openSync(copy, 'r+');
    writeSync(file, Buffer.of(1, 1), 0, 2, JOURNAL_AT);
    closeSync(file);
    return opened(copy, true, prepare);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function opened(
  path: string,
  readonly: boolean,
  prepare: (db: Database.Database) => void,
): Database.Database {
  let db: Database.Database | null = null;
  try {
    // better-sqlite3 opens every database as defensive.
    db = new Database(path, { readonly, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    // The file may be untrusted: its schema calls no function of ours, and odd cells are an error instead of a guess.
    db.pragma('trusted_schema = OFF');
    db.pragma(`cache_size = -${readonly ? CACHE_KIB.reading : CACHE_KIB.writing}`);
    db.pragma('cell_size_check = ON');
    prepare(db);
    return db;
  } catch (error) {
    db?.close();
    throw isForeign(error, path) ? noTape(path) : databaseError(error, path);
  }
}

/**
 * True of a file that never was a database. It is looked into only where SQLite refused it: to close a file takes away all
 * locks that this process has on it (POSIX), also those by which others know that a tape is being written.
 */
function isForeign(error: unknown, path: string): boolean {
  if ((error as { readonly code?: string }).code !== 'SQLITE_NOTADB') return false;
  const head = Buffer.alloc(SQLITE_MAGIC.length);
  const file = openSync(path, 'r');
  readSync(file, head, 0, head.length, 0);
  closeSync(file);
  return head.toString('latin1') !== SQLITE_MAGIC;
}

function noTape(path: string): UserError {
  return new UserError(`${path} is not a tape: give a file that reprise record wrote`);
}

// WAL lets readers look while the recorder writes; NORMAL loses at most the last commits on a power cut, never on a kill.
function prepareForWriting(db: Database.Database): void {
  db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma('foreign_keys = ON');
}

/** Files that SQLite opens beside a database. */
const COMPANIONS = ['-wal', '-shm', '-journal'] as const;

/** SQLite's own words for these would be "unable to open database file"; it would wait for ever for a pipe's other end. */
function checkFile(path: string): void {
  try {
    const stats = statSync(path);
    requireFile(path, stats);
    for (const end of COMPANIONS) {
      const beside = lstatSync(path + end, { throwIfNoEntry: false });
      if (beside !== undefined) requireFile(path + end, beside);
    }
    if (stats.size < SQLITE_MAGIC.length) throw noTape(path);
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw fileError(error, path);
  }
}

function requireFile(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) throw new UserError(`${path} is a directory: give a tape's file`);
  throw new UserError(`${path} is not a regular file: give a tape's file`);
}

function fileError(error: unknown, path: string): unknown {
  if (error instanceof UserError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new UserError(`there is no file ${path}: check the path`);
    case 'EEXIST':
      return new UserError(`${path} exists already: choose another --out, or add to it with --append`);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new UserError(`${path} may not be opened: check the permissions of the file and its folder`);
    case 'ENOTDIR':
      return new UserError(`${path} lies below something that is no folder: check the path`);
    case 'ENAMETOOLONG':
    case 'ELOOP':
    case 'ENXIO':
    case 'ERR_INVALID_ARG_VALUE':
      return new UserError(`${JSON.stringify(path)} names no file: check the path`);
    default:
      return error;
  }
}

/** What a failed write of an open tape means for the user; our own defects are given back as they are. */
export function writeError(error: unknown, path: string): unknown {
  if (!isTapeTrouble(error)) return error;
  return new UserError(`the tape ${path} cannot be written (${(error as Error).message})`, {
    remedy: 'make room on its disk, or end the program that uses it, and try again',
    facts: { path },
  });
}

/**
 * True for what keeps every record from being written: the disk or another program is the cause of most SQLite errors. A
 * statement or a value that SQLite refuses is a defect of ours and concerns one record.
 */
export function isTapeTrouble(error: unknown): boolean {
  const { code = '' } = error as { readonly code?: string };
  // Our schema has no triggers: one that raises an error was added to this tape by another program.
  const ours = /^SQLITE_(ERROR|MISUSE|RANGE|MISMATCH|TOOBIG|CONSTRAINT(?!_TRIGGER))/.test(code);
  return code.startsWith('SQLITE_') && !ours;
}

/** True of an error that says what is in the file is none of SQLite's, or not any more. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test((error as { readonly code?: string }).code ?? '');
}

/** What an error of reading a tape means for the user; our own defects are given back as they are. */
export function databaseError(error: unknown, path: string): unknown {
  if (error instanceof UserError) return error;
  const code = (error as { readonly code?: string }).code ?? '';
  // What cannot be written when a tape is opened, such as the index of its journal, is no damage.
  if (/^SQLITE_(FULL|IOERR_(?!READ|SHORT_READ|DATA|CORRUPTFS))/.test(code)) return writeError(error, path);
  const isUnreadable = isDamage(error) || /^SQLITE_(IOERR|FORMAT|TOOBIG|NOMEM)/.test(code);
  const isOdd = code === 'SQLITE_ERROR' && /file format|malformed/.test((error as Error).message);
  if (isUnreadable || isOdd || error instanceof DamagedValueError) {
    return new UserError(`${path} is damaged (${(error as Error).message}): restore it from a copy`);
  }
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') {
    const limit = code.startsWith('SQLITE_CANTOPEN') ? fileLimit() : null;
    if (limit !== null) return limit;
    return new UserError(`${path} may not be opened: check the permissions of the file and its folder`);
  }
  if (code.startsWith('SQLITE_BUSY')) {
    return new UserError(`${path} is locked by another program: end what writes to it and try again`);
  }
  return error;
}

/** The error of the system where a process may not open as many more files as SQLite needs for a tape; null otherwise. */
function fileLimit(): unknown {
  const open: number[] = [];
  try {
    // Any file will do but the tape: to close one of its files takes away the locks of all.
    while (open.length <= COMPANIONS.length) open.push(openSync(process.execPath, 'r'));
  } catch (error) {
    return /^E[MN]FILE$/.test((error as NodeJS.ErrnoException).code ?? '') ? error : null;
  } finally {
    for (const file of open) closeSync(file);
  }
  return null;
}
