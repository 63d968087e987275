import { importTests } from '../helpers/import-tests.ts';

/** All other commands, and the pages of docs. */
await importTests(
  'cli',
  'cli/{export,import,merge,record,report,serve,settings,simulate,terminal}/**',
  'docs',
);
