import { existsSync } from 'node:fs';
import { openTape } from '../../src/store/tape-reader.ts';

/** Whether results of a run are on a tape, once there is one. */
export function hasSent(path: string): boolean {
  if (!existsSync(path)) return false;
  const tape = openTape(path);
  try {
    return tape.runs().some(({ id }) => tape.resultCount(id) > 0);
  } finally {
    tape.close();
  }
}
