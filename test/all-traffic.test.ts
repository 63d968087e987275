import { importTests, TRAFFIC, yieldToOthers } from './helpers/import-tests.ts';

/** The tests of the folders whose code speaks HTTP. */
yieldToOthers();
await importTests(...TRAFFIC.map((folder) => `${folder}/**`));
