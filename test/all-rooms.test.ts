import { readdirSync } from 'node:fs';
import { importTests, TRAFFIC, yieldToOthers } from './helpers/import-tests.ts';

/** The tests of the other folders of `src`. Those that start commands, or measure, are left to `npm run test:only`. */
const apart: readonly string[] = [
  ...TRAFFIC,
  'accuracy',
  'all',
  'bench',
  'bin',
  'browser',
  'cli',
  'docs',
  'e2e',
  'fixtures',
  'helpers',
  'packed',
];
const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !apart.includes(entry.name))
  .map(({ name }) => `${name}/**`);

yieldToOthers();
await importTests(...folders);
