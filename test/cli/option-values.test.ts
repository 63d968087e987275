import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  baseUrl,
  byteSize,
  count,
  durationUs,
  header,
  listenAddress,
  oneOf,
  positive,
  runLabel,
  share,
  slo,
} from '../../src/cli/option-values.ts';
import { UserError } from '../../src/model/user-error.ts';

/** Asserts that each call throws a UserError of one sentence that names the word. */
function refuses(calls: readonly (readonly [string, () => unknown])[]): void {
  for (const [word, call] of calls) {
    assert.throws(
      call,
      (error) => error instanceof UserError && error.message.includes(word) && !error.message.includes('\n'),
      word,
    );
  }
}

test('durations', () => {
  assert.deepEqual(
    ['500ms', '60s', '1.5m', '1h', '30'].map((word) => durationUs('--duration', word)),
    [500e3, 60e6, 90e6, 3600e6, 30e6],
  );
  assert.equal(durationUs('--duration', '596h'), 596 * 3600e6);
  for (const [word, option] of [
    ['597h', '--timeout'],
    ['2147483.648s', '--duration'],
    ['1e9', '--drain'],
  ] as const) {
    assert.throws(() => durationUs(option, word), UserError, word);
  }
  assert.throws(
    () => durationUs('--timeout', '600h'),
    /^UserError: --timeout 600h is too long: give at most 596h \(24 days\)$/,
  );
  refuses(['0s', '-1s', 'abc', '1d', ''].map((word) => [word, () => durationUs('--duration', word)]));
});

test('counts and positive numbers', () => {
  assert.equal(count('--requests', '200'), 200);
  assert.equal(count('--seed', '0', 0), 0);
  refuses(
    ['0', '1.5', '-3', '1e3', '', '99999999999999999999'].map((word) => [
      word,
      () => count('--requests', word),
    ]),
  );
  assert.deepEqual([positive('--time-scale', '10'), positive('--time-scale', '.5')], [10, 0.5]);
  refuses(['0', '-1', 'x', ''].map((word) => [word, () => positive('--time-scale', word)]));
});

test('addresses to listen on', () => {
  const cases: [string, string, number][] = [
    ['0.0.0.0:8000', '0.0.0.0', 8000],
    [':8080', '127.0.0.1', 8080],
    ['8080', '127.0.0.1', 8080],
    ['[::1]:80', '::1', 80],
    ['localhost:0', 'localhost', 0],
  ];
  for (const [word, host, port] of cases) assert.deepEqual(listenAddress('--listen', word), { host, port });
  refuses(
    ['host', 'a:b', '1.2.3.4:70000', 'http://x:1', '::1:80'].map((word) => [
      word,
      () => listenAddress('--listen', word),
    ]),
  );
});

test('server addresses', () => {
  assert.equal(baseUrl('--target', 'http://127.0.0.1:8000').origin, 'http://127.0.0.1:8000');
  refuses(
    ['127.0.0.1:8000', 'ftp://x', 'http://x/v1?a=1', 'nonsense'].map((word) => [
      word,
      () => baseUrl('--target', word),
    ]),
  );
});

test('headers, labels and closed lists', () => {
  assert.deepEqual(header('--header', 'X-A: b: c '), ['X-A', 'b: c']);
  assert.deepEqual(header('--header', 'Authorization:Bearer k'), ['Authorization', 'Bearer k']);
  refuses(
    [
      ['no colon', 'no…'],
      [': x', '--header …'],
      ['a b: c', 'a…'],
      ['Content-Length: 5', '--header Content-Length…'],
      ['transfer-encoding: chunked', 'transfer-encoding…'],
      ['Host: other', 'Host…'],
      ['X-A: b\r\nX-B: c', 'X-A…'],
      ['X-A: \u4e2d', 'X-A…'],
      ['X-A: \u0000', 'X-A…'],
    ].map(([given = '', said = '']) => [said, () => header('--header', given)]),
  );
  assert.equal(runLabel('--label', 'v0.9'), 'v0.9');
  refuses([
    ['17', () => runLabel('--label', '17')],
    ["''", () => runLabel('--label', '')],
    ['xml', () => oneOf('--format', 'xml', ['text', 'json'])],
  ]);
});

test('sizes and shares', () => {
  const sizes = ['1', '32MiB', '1GB', '1.5KB', '7 B'].map((word) => byteSize('--max-body', word));
  assert.deepEqual(sizes, [1, 33_554_432, 1_073_741_824, 1_536, 7]);
  refuses(['0', '-1', '5TB', 'MB', '', '1e9'].map((word) => [word, () => byteSize('--max-body', word)]));
  assert.deepEqual(
    ['10%', '0.1', '100%', '1'].map((word) => share('--sample', word)),
    [0.1, 0.1, 1, 1],
  );
  refuses(['0', '0%', '101%', '1.1', 'ten', ''].map((word) => [word, () => share('--sample', word)]));
});

test('limits of a good request', () => {
  assert.deepEqual(slo('--slo', 'ttft=500ms, tpot=0.05s'), { ttftMs: 500, tpotMs: 50, e2elMs: null });
  assert.deepEqual(slo('--slo', 'itl=50ms,ttfo=2s'), {
    ttftMs: null,
    tpotMs: null,
    e2elMs: null,
    itlMs: 50,
    ttfoMs: 2_000,
  });
  assert.deepEqual(slo('--slo', 'e2el=1m'), { ttftMs: null, tpotMs: null, e2elMs: 60_000 });
  refuses(
    ['ttft=500', 'ttft:500ms', 'wait=5ms', 'ttft=1s,ttft=2s', '', 'ttft=1s,'].map((word) => [
      word,
      () => slo('--slo', word),
    ]),
  );
  refuses([['0ms', () => slo('--slo', 'tpot=0ms')]]);
});

test('an error does not show a secret', () => {
  const secret = /hush/;
  for (const call of [
    () => header('--header', 'Authorization Bearer hush'),
    () => header('--header', 'hush'),
    () => baseUrl('--target', 'http://user:hush@host/v1?a=1'),
    () => baseUrl('--target', 'ftp://user:hush@host'),
  ]) {
    assert.throws(call, (error) => error instanceof UserError && !secret.test(error.message));
  }
});
