import { importTests, yieldToOthers } from '../helpers/import-tests.ts';

/** Pages in a browser, which they share. */
yieldToOthers();
await importTests('browser/**');
