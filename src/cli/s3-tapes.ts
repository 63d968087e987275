import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { UserError, usageError } from '../model/user-error.ts';
import { s3Place, s3Url } from '../objects/place.ts';
import { say } from './terminal/terminal.ts';

/** Tapes on this machine, whatever they were named by. */
export interface LocalTapes {
  readonly paths: readonly string[];
  /** Removes what was downloaded. */
  close(): void;
}

/**
 * Downloads the tapes that lie in an object store, all below a prefix that ends in a slash or is a bucket, to a folder for
 * temporary files; others stay where they are.
 * @throws UserError (as a rejection) where one cannot be had
 */
export async function localTapes(names: readonly string[], env: NodeJS.ProcessEnv): Promise<LocalTapes> {
  if (!names.some((name) => name.startsWith('s3://'))) return { paths: names, close: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), 'reprise-s3-'));
  const close = (): void => rmSync(folder, { recursive: true, force: true });
  // The client is loaded only where it is needed.
  const store = (await import('../objects/s3.ts')).openS3(env);
  const paths: string[] = [];
  try {
    for (const name of names) {
      const place = s3Place(name);
      if (place === null) {
        if (name.startsWith('s3://'))
          throw usageError(
            `${name} names no tape in an object store`,
            'write it as s3://bucket/key, the bucket with 3 to 63 lower-case letters, digits, dots and hyphens',
          );
        paths.push(name);
        continue;
      }
      const isPrefix = place.key === '' || place.key.endsWith('/');
      const keys = isPrefix
        ? (await store.list(place)).filter((key) => key.endsWith('.sqlite'))
        : [place.key];
      if (keys.length === 0)
        throw new UserError(`there is no tape (*.sqlite) below ${name}: check the prefix`);
      for (const key of keys) {
        const path = join(folder, `${paths.length}-${basename(key)}`);
        say(`downloading ${s3Url({ ...place, key })}`);
        await store.download({ ...place, key }, path);
        paths.push(path);
      }
    }
    return { paths, close };
  } catch (error) {
    close();
    throw error;
  }
}
