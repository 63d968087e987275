import { importTests } from '../helpers/import-tests.ts';

/** Are the figures right. */
await importTests('accuracy/**');
