import { importTests } from '../helpers/import-tests.ts';

/** Pages in a browser, which they share. */
await importTests('browser/**');
