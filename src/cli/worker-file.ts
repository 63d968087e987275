import { extname } from 'node:path';

/** The entry file of a worker of this folder: `NAME.worker.ts` among the sources, `NAME.worker.js` in the package. */
export function workerFile(name: 'measurer' | 'proxy' | 'sender' | 'tape-writer'): URL {
  return new URL(`./${name}.worker${extname(import.meta.url)}`, import.meta.url);
}
