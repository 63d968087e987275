import { globSync, readdirSync, readFileSync } from 'node:fs';

/**
 * The tests of the rooms, in one process: a process for each of their 300 files takes three times as long. The folders
 * whose tests start commands, or measure, have processes of their own: those that `npm run test:only` names.
 */

const here = import.meta.dirname;
const { scripts } = JSON.parse(readFileSync(`${here}/../package.json`, 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const apart = /test\/\{([^}]+)\}/.exec(scripts['test:only'] ?? '')?.[1]?.split(',') ?? [];
const noTests = ['bench', 'fixtures', 'helpers'];
const rooms = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && ![...apart, ...noTests].includes(entry.name))
  .map(({ name }) => name);

for (const file of globSync(`{${rooms.join()}}/**/*.test.ts`, { cwd: here }).sort()) {
  await import(`./${file}`);
}
