import { importTests, yieldToOthers } from '../helpers/import-tests.ts';

/** All commands but those of `runs.test.ts`, and the pages of docs. */
yieldToOthers();
await importTests('cli', 'cli/!(compare|peak|replay|shards|wrk)/**', 'docs/**');
