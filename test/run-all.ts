import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { flushCompileCache, getCompileCacheDir } from 'node:module';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/**
 * Runs every test file once, those that compute most first: they yield the CPU to the others (`yieldToOthers`), which mostly
 * wait for commands that they start. So a core has work to the end, and no test waits behind one that computes.
 */

/** Files at a time: those that compute, and three that wait. */
const AT_ONCE = 8;

const COMPUTE = ['all-rooms', 'all-traffic', 'all/pages', 'all/commands', 'all/runs', 'all/accuracy'].map(
  (name) => `${name}.test.ts`,
);
/** Those that take longest go first, so that the last seconds are not one file's. */
const LONGEST = ['replay-options', 'ab-session', 'replay-shards', 'replay-starved'].map(
  (name) => `e2e/${name}.test.ts`,
);
const WAIT = globSync(['*.test.ts', 'all/*.test.ts', '{bin,e2e}/**/*.test.ts', 'cli/**/*.apart.test.ts'], {
  cwd: import.meta.dirname,
});

const files = [...new Set([...COMPUTE, ...LONGEST, ...WAIT.sort()])].map(
  (file) => `${import.meta.dirname}/${file}`,
);
/** A folder of Linux whose files are in memory. */
const MEMORY = '/dev/shm';

/** Several times what the tests have in files, bytes. */
const ROOM_BYTES = 2 * 1024 ** 3;

/** Whether there is such a folder with room, and scripts in it may be run. */
function hasMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM_BYTES) return false;
    const folder = mkdtempSync(`${MEMORY}/reprise-`);
    writeFileSync(`${folder}/script`, '#!/bin/sh\n', { mode: 0o700 });
    const { status } = spawnSync(`${folder}/script`);
    rmSync(folder, { recursive: true });
    return status === 0;
  } catch {
    return false;
  }
}

// Where SQLite waits for no disk a small tape takes a third of a millisecond instead of ten.
if (process.env.TMPDIR === undefined && hasMemory()) process.env.TMPDIR = MEMORY;
// A process strips and compiles what is not in the cache, which is half of what a command takes to start.
const cache = getCompileCacheDir();
if (cache !== undefined && readdirSync(cache).length === 0) {
  const cwd = `${import.meta.dirname}/../src`;
  const exclude = ['**/*.worker.ts', '**/write-published.ts'];
  for (const file of globSync('**/*.ts', { cwd, exclude })) await import(`../src/${file}`);
  flushCompileCache();
}
run({ files, concurrency: AT_ONCE, timeout: 120_000 })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
