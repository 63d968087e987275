import { globSync } from 'node:fs';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/**
 * Runs every test file once, those that compute most first: they yield the CPU to the others (`importTests`), which mostly
 * wait for commands that they start. So a core has work to the end, and no test waits behind one that computes.
 */

/** Files at a time: those that compute, and three that wait. */
const AT_ONCE = 8;

const COMPUTE = ['all-rooms', 'all/pages', 'all/commands', 'all/runs', 'all/accuracy'].map(
  (name) => `${name}.test.ts`,
);
const WAIT = globSync(['*.test.ts', 'all/*.test.ts', '{bin,e2e}/**/*.test.ts', 'cli/**/*.apart.test.ts'], {
  cwd: import.meta.dirname,
});

const files = [...new Set([...COMPUTE, ...WAIT.sort()])].map((file) => `${import.meta.dirname}/${file}`);
run({ files, concurrency: AT_ONCE, timeout: 120_000 })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
