import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

interface Packed {
  /** Bytes of the archive. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

test('the npm package is small and has the program, its types and its pages, and nothing else', () => {
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const printed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [{ size, unpackedSize, files }] = JSON.parse(printed) as [Packed];
  const roots = new Set(files.map(({ path }) => path.replace(/\/.*/, '/')));
  assert.deepEqual([...roots].sort(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'README.zh.md',
    'bin/',
    'dist/',
    'docs/',
    'package.json',
    'recordings/',
  ]);
  const strange = files.filter(({ path }) => !/\.(js|d\.ts|md|json|1)$|^LICENSE$/.test(path));
  assert.deepEqual(strange, []);
  assert.ok(size < 1_200_000 && unpackedSize < 4_000_000, `${size} bytes, ${unpackedSize} unpacked`);
  assert.deepEqual(
    files.filter((file) => file.size > 80_000),
    [],
  );
});
