import { readFileSync } from 'node:fs';

/** Files that are neither a client's connection nor its connection to the upstream: the tape, ports, libraries. */
const RESERVED_FILES = 48;

/**
 * How many clients the files of this process suffice for, each with a connection to the upstream; null where that is not
 * known. Beyond it the system would close connections unseen.
 * @param limits as Linux' `/proc/self/limits` has them
 */
export function connectionLimit(limits = ownLimits()): number | null {
  const files = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
  return Number.isNaN(files) ? null : Math.max(1, Math.floor((files - RESERVED_FILES) / 2));
}

function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
