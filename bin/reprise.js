#!/usr/bin/env node
// The version guard runs on any Node back to 12, so it uses only old syntax and nothing of the product.
import { lstatSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import process from 'node:process';

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `reprise: Node ${process.versions.node} is too old, reprise needs 22.19 or newer: install one from https://nodejs.org, ` +
      'or run it through npm in its folder (`npm ci && npx reprise`), which brings its own Node.\n',
  );
  process.exit(1);
}
// Compiled code is kept: a command starts a quarter sooner. Whoever can write there runs code as us, so it is a folder of our
// own or none; Node's default is one below the system's folder for temporary files, which others may have made before us.
const cache = process.env.NODE_COMPILE_CACHE === undefined ? privateFolder() : undefined;
if (cache !== undefined) module.enableCompileCache(cache);

/** A folder that nobody else can write into, or put something else in the place of; undefined where there is none. */
function privateFolder() {
  const home = process.env.XDG_CACHE_HOME || (process.env.HOME && join(process.env.HOME, '.cache'));
  if (process.getuid === undefined || !home || !isAbsolute(home)) return undefined;
  const folder = join(home, 'reprise', 'compiled');
  const us = process.getuid();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const own = lstatSync(folder);
    if (!own.isDirectory() || own.uid !== us || (own.mode & 0o077) !== 0) return undefined;
    for (let at = folder; at !== dirname(at); at = dirname(at)) {
      const { uid, mode } = lstatSync(dirname(at));
      const isOurs = uid === us || uid === 0;
      // In a folder with the sticky bit others cannot move what is ours.
      const isOpen = (mode & 0o022) !== 0 && (mode & 0o1000) === 0;
      if (!isOurs || isOpen) return undefined;
    }
    return folder;
  } catch {
    return undefined;
  }
}
const { main } = await import('../dist/cli/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('dist/cli/main.js'))
    throw error;
  process.stderr.write('reprise: the compiled program is missing: run `npm ci` or `npm run build` first.\n');
  process.exit(1);
});
await main(process.argv.slice(2));
