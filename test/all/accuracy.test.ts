import { importTests, yieldToOthers } from '../helpers/import-tests.ts';

/** Are the figures right. */
yieldToOthers();
await importTests('accuracy/**');
