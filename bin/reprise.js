#!/usr/bin/env node
// The version guard runs on any Node back to 12, so it uses only old syntax and nothing of the product.
import module from 'node:module';
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `reprise: Node ${process.versions.node} is too old, reprise needs 22.19 or newer: install one from https://nodejs.org, ` +
      'or run it through npm in its folder (`npm ci && npx reprise`), which brings its own Node.\n',
  );
  process.exit(1);
}
// Compiled code is kept in the system's folder for temporary files: a command starts a quarter sooner.
module.enableCompileCache();
const { main } = await import('../dist/cli/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('dist/cli/main.js'))
    throw error;
  process.stderr.write('reprise: the compiled program is missing: run `npm ci` or `npm run build` first.\n');
  process.exit(1);
});
await main(process.argv.slice(2));
