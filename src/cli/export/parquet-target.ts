import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../model/user-error.ts';
import { type S3Place, s3Url } from '../../objects/place.ts';
import type { S3Upload } from '../../objects/s3.ts';
import { say } from '../terminal/terminal.ts';

/** One file that is being written. The bytes it is given are its own only until `write` returns. */
export interface TargetFile {
  write(bytes: Uint8Array): void;
  end(): void;
}

/** A place for a set of files that appears whole or not at all. */
export interface ParquetTarget {
  /** @param name with folders, as `exchanges/part-0.parquet` */
  create(name: string): TargetFile;
  /** Whether much waits in memory. */
  isFull(): boolean;
  /** Sends what waits, as far as it may be sent already. */
  settle(): Promise<void>;
  close(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * A folder on this machine; it is written under another name.
 * @throws UserError when there is something at its place
 */
export function openFolder(path: string): ParquetTarget {
  const target = path.replace(/\/+$/, '') || path;
  const draft = `${target}.export-${process.pid}`;
  const open = new Set<number>();
  attempt(path, () => {
    if (existsSync(target) && readdirSync(target).length > 0) {
      throw new UserError(`--out ${path} has files in it: give a new or an empty folder`);
    }
    mkdirSync(draft, { mode: 0o700 });
  });
  return {
    create: (name) =>
      attempt(path, () => {
        mkdirSync(join(draft, dirname(name)), { recursive: true, mode: 0o700 });
        const file = openSync(join(draft, name), 'wx', 0o600);
        open.add(file);
        return {
          write: (bytes) => attempt(path, () => writeFileSync(file, bytes)),
          end() {
            open.delete(file);
            closeSync(file);
          },
        };
      }),
    isFull: () => false,
    settle: async () => undefined,
    close: async () =>
      attempt(path, () => {
        if (existsSync(target)) rmSync(target, { recursive: true });
        renameSync(draft, target);
      }),
    async discard() {
      for (const file of open) closeSync(file);
      rmSync(draft, { recursive: true, force: true });
    },
  };
}

function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    const remedy = code === 'ENOTDIR' ? 'give a folder' : 'give a folder at a place that exists';
    throw new UserError(`--out ${path} cannot be written (${code}): ${remedy}`);
  }
}

/** The last object of a set: where it is, the set is whole. Readers of tables ignore names that begin with `_`. */
const CHECKSUMS = '_sha256sums';

/** An object that is on its way into a store. */
interface Outgoing {
  readonly place: S3Place;
  upload: S3Upload | null;
  held: Buffer[];
  bytes: number;
  isEnded: boolean;
}

/**
 * A prefix of an object store. Objects are sent while they are written and completed together when all were sent; then
 * their checksums follow. What fails before that leaves nothing that can be seen.
 * @throws UserError (as a rejection) without credentials, or where something lies below the prefix
 */
export async function openPrefix(
  given: S3Place,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<ParquetTarget> {
  const below = (name: string): S3Place => ({
    ...given,
    key: [...given.key.split('/').filter((part) => part !== ''), name].join('/'),
  });
  // The client is loaded only where it is needed.
  const { openS3, PART_BYTES } = await import('../../objects/s3.ts');
  const store = openS3(env, { signal });
  const [there] = await store.list(below(''));
  if (there !== undefined) {
    throw new UserError(`--out ${s3Url(given)} has objects in it, as ${there}`, {
      remedy: 'give a prefix without objects',
    });
  }
  const objects: Outgoing[] = [];
  const sums: string[] = [];
  let isClosing = false;
  let completed = 0;
  let waiting = 0;
  /** All before it were sent to their ends. */
  let settled = 0;

  async function settle(): Promise<void> {
    for (const [i, object] of objects.entries()) {
      if (i < settled) continue;
      const isDue = object.bytes >= PART_BYTES || (object.isEnded && object.bytes > 0);
      if (isDue) {
        const part = Buffer.concat(object.held);
        waiting -= object.bytes;
        [object.held, object.bytes] = [[], 0];
        object.upload ??= await store.begin(object.place);
        await object.upload.send(part);
      }
      if (object.isEnded && i === settled) settled += 1;
    }
  }

  return {
    create(name) {
      const hash = createHash('sha256');
      const object: Outgoing = { place: below(name), upload: null, held: [], bytes: 0, isEnded: false };
      objects.push(object);
      return {
        write(bytes) {
          hash.update(bytes);
          object.held.push(Buffer.from(bytes));
          object.bytes += bytes.length;
          waiting += bytes.length;
        },
        end() {
          object.isEnded = true;
          sums.push(`${hash.digest('hex')}  ${name}\n`);
        },
      };
    },
    isFull: () => waiting >= PART_BYTES,
    settle,
    async close() {
      await settle();
      isClosing = true;
      for (const { upload } of objects) {
        await upload?.complete();
        completed += 1;
      }
      await store.write(below(CHECKSUMS), sums.join(''));
    },
    async discard() {
      // What was stopped can still be taken back.
      const again = openS3(env);
      try {
        // Of a completion that failed nobody knows whether it was done.
        const seen = objects.slice(0, completed + 1).map(({ place }) => place);
        for (const place of isClosing ? [below(CHECKSUMS), ...seen] : []) await again.remove(place);
        for (const { upload } of objects.slice(completed)) await upload?.abort();
      } catch (error) {
        say(`what was sent to ${s3Url(given)} could not be removed: ${(error as Error).message}`);
      }
    },
  };
}
