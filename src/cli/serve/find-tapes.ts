import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { usageError } from '../../model/user-error.ts';

/** A file that may be a tape. */
export interface FoundTape {
  /** Unique among those that were found. */
  readonly name: string;
  readonly path: string;
  /** Of the file itself, whatever is written to it. */
  readonly file: string;
  /** Changes whenever something is written. */
  readonly version: string;
  readonly inode: number;
  readonly bytes: number;
  readonly changedMs: number;
  /** Why it is not read, whatever is in it; null of most. */
  readonly problem: string | null;
}

const TAPE = '.sqlite';
/** Folders below the one that was given. */
const DEEPEST = 4;
const MOST_TAPES = 10_000;

/** @throws UserError naming what is neither a folder nor a regular file */
export function checkGiven(given: readonly string[]): void {
  for (const path of given) {
    const stats = statOf(path);
    if (stats?.isFile() === true || stats?.isDirectory() === true) continue;
    throw usageError(
      `there is no folder or tape ${path}`,
      'give a folder of tapes, or tapes; reprise record makes one',
    );
  }
}

/** The tapes in some folders, and those that are named themselves, by their names. What vanishes meanwhile is left out. */
export function findTapes(given: readonly string[]): ReadonlyMap<string, FoundTape> {
  const found = new Map<string, FoundTape>();
  const roots = given.flatMap((path) => realOf(path) ?? []);
  for (const root of given) {
    const isFolder = statOf(root)?.isDirectory() === true;
    for (const path of isFolder ? tapesBelow(root, 0) : [root]) {
      if (found.size >= MOST_TAPES) break;
      const short = isFolder ? relative(root, path).split(sep).join('/') : basename(path);
      const name = found.has(short) ? path.split(sep).join('/') : short;
      const tape = describe(name, path);
      if (tape !== null) found.set(name, { ...tape, problem: strayProblem(path, roots) });
    }
  }
  return found;
}

function tapesBelow(folder: string, depth: number): string[] {
  let entries: ReturnType<typeof entriesOf>;
  try {
    entries = entriesOf(folder);
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return depth < DEEPEST ? tapesBelow(path, depth + 1) : [];
    return entry.name.endsWith(TAPE) && !entry.name.startsWith('.') ? [path] : [];
  });
}

function entriesOf(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A link in a folder may have been made by somebody who may not read what it leads to, as the user of this process may. */
function strayProblem(path: string, roots: readonly string[]): string | null {
  const real = realOf(path);
  if (real === null || roots.some((root) => real === root || real.startsWith(join(root, sep)))) return null;
  return `${path} is a link to a file outside of the folders that are served: give ${real} to reprise serve as well`;
}

function realOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}

function describe(name: string, path: string): Omit<FoundTape, 'problem'> | null {
  const main = statOf(path);
  if (main === null) return null;
  // What is written goes to the log first, and to the file when that is long enough.
  const log = statOf(`${path}-wal`);
  const changedMs = Math.max(main.mtimeMs, log === null || log.size === 0 ? 0 : log.mtimeMs);
  const file = `${main.dev}:${main.ino}`;
  const version = [file, main.size, main.mtimeMs, log?.size ?? 0, log?.mtimeMs ?? 0].join(':');
  return { name, path, file, version, inode: main.ino, bytes: main.size + (log?.size ?? 0), changedMs };
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}
