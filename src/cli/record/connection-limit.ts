import { readFileSync } from 'node:fs';

/** Files that are neither a client's connection nor its connection to the upstream: the tape, ports, libraries. */
const RESERVED_FILES = 32;

/** The rest is for connections to the upstream: most clients of a full process are idle. */
const CLIENTS_SHARE = 0.75;

/**
 * How many clients the files of this process suffice for, with connections to the upstream beside; null where that is not
 * known. Beyond it the system would close connections unseen.
 * @param limits as Linux' `/proc/self/limits` has them
 */
export function connectionLimit(limits = ownLimits()): number | null {
  const files = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
  return Number.isNaN(files) ? null : Math.max(1, Math.floor((files - RESERVED_FILES) * CLIENTS_SHARE));
}

function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
