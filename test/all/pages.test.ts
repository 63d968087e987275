import { importTests } from '../helpers/import-tests.ts';

/** Pages in a browser, which they share. What they look at has to show within a time, by commands as nice as this process. */
await importTests('browser/**');
