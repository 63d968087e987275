import { importTests } from '../helpers/import-tests.ts';

/** Commands that make runs. */
await importTests('cli/{compare,peak,replay,shards,wrk}/**');
