import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ReplayOptions, replaySettings } from '../../src/cli/replay-settings.ts';
import { UserError } from '../../src/model/user-error.ts';

const LEAST: ReplayOptions = { target: 'http://127.0.0.1:8000', timeout: '30s', repeat: '1' };

test("the defaults are the benchmark's: ten threads, three cells, a minute each", () => {
  const settings = replaySettings(LEAST, {});
  assert.deepEqual(
    settings.cells.map(({ threads, connections }) => `${threads}x${connections}`),
    ['10x20', '10x100', '10x200'],
  );
  assert.deepEqual(
    { ...settings, cells: [], target: settings.target.href },
    {
      target: 'http://127.0.0.1:8000/',
      cells: [],
      durationUs: 60e6,
      requests: null,
      timeoutUs: 30e6,
      label: null,
      repeat: 1,
      headers: [],
      json: false,
    },
  );
});

test('a matrix, a number of requests, a label, headers and a key from the environment', () => {
  const settings = replaySettings(
    {
      ...LEAST,
      matrix: '2x4,4x8',
      requests: '50',
      label: 'x',
      header: ['X-A: b: c'],
      apiKeyEnv: 'KEY',
      json: true,
    },
    { KEY: 'sk-1' },
  );
  assert.deepEqual(settings.cells, [
    { threads: 2, connections: 4 },
    { threads: 4, connections: 8 },
  ]);
  assert.deepEqual(
    [settings.durationUs, settings.requests, settings.label, settings.json],
    [null, 50, 'x', true],
  );
  assert.deepEqual(settings.headers, ['X-A', 'b: c', 'authorization', 'Bearer sk-1']);
});

test('words that exclude each other, and a key that is not there', () => {
  const cases: readonly (readonly [Partial<ReplayOptions>, RegExp])[] = [
    [{ matrix: '2x4', threads: '2' }, /--matrix 2x4 already names threads/],
    [{ matrix: '2x4', connections: '20' }, /--matrix 2x4 already names threads/],
    [{ duration: '5s', requests: '3' }, /--duration 5s and --requests 3 exclude each other/],
    [{ apiKeyEnv: 'NOPE' }, /--api-key-env NOPE names no environment variable/],
    [{ threads: '10', connections: '20,4' }, /4/],
    [{ target: 'ftp://x' }, /ftp:/],
  ];
  for (const [options, message] of cases) {
    assert.throws(
      () => replaySettings({ ...LEAST, ...options }, { NOPE: '' }),
      (error) => error instanceof UserError && message.test(error.message),
      JSON.stringify(options),
    );
  }
});
