import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { toolVersion } from '../../src/cli/provenance.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const BIN = fileURLToPath(new URL('../../bin/reprise.js', import.meta.url));

/** Runs the program as it is installed; `nodeVersion` is what Node says it is. */
function reprise(args: readonly string[], nodeVersion?: string, bin = BIN) {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${nodeVersion}' } })`;
  const options =
    nodeVersion === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, bin, ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('the compiled program runs', () => {
  assert.deepEqual(reprise(['--version']), { status: 0, stdout: `${toolVersion()}\n`, stderr: '' });
  const { status, stdout } = reprise(['compare', SAMPLE_TAPE, 'before', 'after', '--json']);
  assert.deepEqual([status, JSON.parse(stdout).verdict], [2, 'regression']);
});

test('an older Node is refused with a sentence that says how to get going', () => {
  for (const version of ['18.20.4', '20.20.0', '22.18.0']) {
    const { status, stdout, stderr } = reprise(['--version'], version);
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, new RegExp(`^reprise: Node ${version} is too old, .*npm ci && npx reprise.*\n$`));
  }
  for (const version of ['22.19.0', '26.0.0']) assert.equal(reprise(['--version'], version).status, 0);
});

test('a checkout that was not built says so', () => {
  const root = join(tempFolder(), 'checkout');
  mkdirSync(root);
  cpSync(join(BIN, '..'), join(root, 'bin'), { recursive: true });
  cpSync(join(BIN, '..', '..', 'package.json'), join(root, 'package.json'));
  const { status, stderr } = reprise([], undefined, join(root, 'bin', 'reprise.js'));
  assert.equal(status, 1);
  assert.match(stderr, /the compiled program is missing: run `npm ci` or `npm run build`/);
});

test('compiled code is kept in a folder of our own, or nowhere', () => {
  const home = join(tempFolder(), 'home');
  const shared = tempFolder();
  const kept = join(home, '.cache', 'reprise', 'compiled');
  mkdirSync(home, { mode: 0o700 });
  const run = (): void => {
    const { NODE_COMPILE_CACHE, XDG_CACHE_HOME, ...env } = process.env;
    const { status } = spawnSync(process.execPath, [BIN, '--version'], {
      env: { ...env, HOME: home, TMPDIR: shared },
    });
    assert.equal(status, 0);
  };
  run();
  assert.equal(statSync(kept).mode & 0o777, 0o700);
  assert.notDeepEqual(readdirSync(kept), []);
  // Others can write there, or in a folder above it, or it is somebody else's.
  const spoilings: readonly (() => void)[] = [
    () => chmodSync(kept, 0o770),
    () => chmodSync(home, 0o777),
    ...(process.getuid?.() === 0
      ? [() => chownSync(kept, 65_534, 65_534), () => chownSync(join(home, '.cache'), 65_534, 65_534)]
      : []),
    () => {
      rmSync(kept, { recursive: true });
      symlinkSync(shared, kept);
    },
  ];
  for (const spoil of spoilings) {
    rmSync(home, { recursive: true });
    mkdirSync(kept, { recursive: true, mode: 0o700 });
    chmodSync(home, 0o700);
    spoil();
    run();
    assert.deepEqual(readdirSync(kept), [], spoil.toString());
  }
  assert.deepEqual(readdirSync(shared), [], 'nothing in the folder that all users share');
});
