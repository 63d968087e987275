import { extname } from 'node:path';

/**
 * The entry file of a worker, thread or process, beside the module that starts it: `NAME.worker.ts` among the sources, `NAME.worker.js` in
 * the package.
 * @param from the `import.meta.url` of that module
 */
export function workerFile(
  name:
    | 'measurer'
    | 'proxy'
    | 'sender'
    | 'shelf'
    | 'spans'
    | 'tape-process'
    | 'tape-relay'
    | 'tape-writer'
    | 'uploader',
  from: string,
): URL {
  return new URL(`./${name}.worker${extname(from)}`, from);
}
