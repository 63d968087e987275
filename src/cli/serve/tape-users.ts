import { readFileSync } from 'node:fs';

/** A process that has a tape open, and what it does to it. */
export interface TapeUser {
  readonly makes: 'captures' | 'runs';
  /** When the process began, ms since 1970. */
  readonly startedMs: number;
}

/** Commands that write to a tape; the others only read it. */
const MAKERS: Readonly<Record<string, TapeUser['makes']>> = {
  record: 'captures',
  /** The process that writes the tape of `record`. */
  'tape-process': 'captures',
  import: 'captures',
  replay: 'runs',
  ab: 'runs',
  aa: 'runs',
  wrk: 'runs',
  peak: 'runs',
};

/** `USER_HZ`: the unit of times in /proc, the same on all of Linux's architectures that Node runs on. */
const TICKS_PER_SEC = 100;

/**
 * The processes that hold locks on files, by the files' inodes: a connection to a tape holds one as long as it is open, so
 * that a killed writer is gone from here at once. This process is left out.
 * @returns null where the system does not tell (it is no Linux)
 */
export function tapeUsers(): ReadonlyMap<number, readonly TapeUser[]> | null {
  const locks = read('/proc/locks');
  const bootSec = Number(/^btime (\d+)$/m.exec(read('/proc/stat') ?? '')?.[1]);
  if (locks === null || Number.isNaN(bootSec)) return null;
  const holders = new Map<number, Set<number>>();
  for (const line of locks.split('\n')) {
    // 1: POSIX  ADVISORY  READ 19627 fe:00:4246117 1073741826 1073742335
    const [, pid, inode] = /^\d+:\s+\w+\s+\w+\s+\w+\s+(\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)\s/.exec(line) ?? [];
    if (pid === undefined || Number(pid) === process.pid) continue;
    const of = holders.get(Number(inode)) ?? new Set();
    holders.set(Number(inode), of.add(Number(pid)));
  }
  return new Map(
    [...holders].map(([inode, pids]) => [inode, [...pids].flatMap((pid) => userOf(pid, bootSec) ?? [])]),
  );
}

/** Null for a process that only reads, or has ended meanwhile. */
function userOf(pid: number, bootSec: number): TapeUser | null {
  const words = read(`/proc/${pid}/cmdline`)?.split('\0') ?? [];
  const verbs = words.slice(1, 4).map((word) => /\/(tape-process)\.worker\.[jt]s$/.exec(word)?.[1] ?? word);
  const verb = verbs.find((word) => Object.hasOwn(MAKERS, word));
  const makes = verb === undefined ? undefined : MAKERS[verb];
  // The name of the program, in parentheses, may have spaces: fields count from behind it, and the start is the 22nd.
  const fields =
    read(`/proc/${pid}/stat`)
      ?.replace(/^.*\) /s, '')
      .split(' ') ?? [];
  const ticks = Number(fields[22 - 3]);
  if (makes === undefined || Number.isNaN(ticks)) return null;
  return { makes, startedMs: (bootSec + ticks / TICKS_PER_SEC) * 1e3 };
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
