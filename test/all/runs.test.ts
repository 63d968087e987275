import { importTests } from '../helpers/import-tests.ts';

/** Commands that make runs, which measure time. */
await importTests('cli/{compare,peak,replay,shards,wrk}/**');
