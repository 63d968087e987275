import { main } from '../../src/cli/main.ts';

/** The command line straight from its sources, for tests that run it as a child process. */
await main(process.argv.slice(2));
