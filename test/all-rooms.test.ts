import { readdirSync } from 'node:fs';
import { importTests, yieldToOthers } from './helpers/import-tests.ts';

/** The tests of the pure folders. Those that start commands, or measure, are left to `npm run test:only`. */
const apart = [
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
