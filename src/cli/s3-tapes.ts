import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError, usageError } from '../model/user-error.ts';
import { type S3Place, s3Place, s3Url } from '../objects/place.ts';
import type { S3Store } from '../objects/s3.ts';
import { say } from './terminal/terminal.ts';

/**
 * Downloads the tapes that lie in an object store, all below a prefix, to a folder for temporary files for as long as they are
 * used; others stay where they are.
 * @param use gets the paths of all
 * @param most tapes of one name
 * @throws UserError (as a rejection) where one cannot be had
 */
export async function withLocalTapes<T>(
  names: readonly string[],
  env: NodeJS.ProcessEnv,
  use: (paths: readonly string[]) => Promise<T>,
  most = Number.POSITIVE_INFINITY,
): Promise<T> {
  if (!names.some((name) => name.startsWith('s3://'))) return use(names);
  // The client is loaded only where it is needed.
  const store = (await import('../objects/s3.ts')).openS3(env);
  const folder = mkdtempSync(join(tmpdir(), 'reprise-s3-'));
  const paths: string[] = [];
  try {
    for (const name of names) {
      if (!name.startsWith('s3://')) {
        paths.push(name);
        continue;
      }
      const tapes = await tapesAt(store, name);
      if (tapes.length > most)
        throw usageError(`${name} has ${tapes.length} tapes`, 'name one of them, or merge them first');
      for (const place of tapes) {
        const path = join(folder, `${paths.length}-${basename(place.key)}`);
        say(`downloading ${s3Url(place)}`);
        await store.download(place, path);
        paths.push(path);
      }
    }
    return await use(paths);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The object of this name, or all tapes below it: a prefix may be written without its slash. */
async function tapesAt(store: S3Store, name: string): Promise<readonly S3Place[]> {
  const place = s3Place(name);
  if (place === null)
    throw usageError(
      `${name} names no tape in an object store`,
      'write it as s3://bucket/key, the bucket with 3 to 63 lower-case letters, digits, dots and hyphens',
    );
  if (place.key.endsWith('.sqlite')) return [place];
  const isPrefix = /^$|\/$/.test(place.key);
  const keys = await store.list({ ...place, key: isPrefix ? place.key : `${place.key}/` });
  const tapes = keys.filter((key) => key.endsWith('.sqlite')).map((key) => ({ ...place, key }));
  if (tapes.length > 0) return tapes;
  if (isPrefix) throw new UserError(`there is no tape (*.sqlite) below ${name}: check the prefix`);
  return [place];
}
