import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The committed tape, made by `reprise demo --quick`: 28 exchanges, 3 runs of `before` and of `after` in 2 cells. */
export const SAMPLE_TAPE = fileURLToPath(new URL('../../recordings/sample.sqlite', import.meta.url));

/** A copy of the committed tape that a test may write to. */
export function sampleTape(folder: string, name: string): string {
  const path = join(folder, name);
  copyFileSync(SAMPLE_TAPE, path);
  return path;
}
