import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/model/user-error.ts';
import { givenRecord } from '../../helpers/given-options.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('the defaults', () => {
  const { upstream, ...settings } = givenRecord();
  assert.equal(upstream.href, 'http://127.0.0.1:8000/');
  assert.deepEqual(settings, {
    listen: { host: '127.0.0.1', port: 8080 },
    out: null,
    append: false,
    paths: null,
    keep: { bodies: true, jsonPaths: [], patterns: [], sample: 1, maxBodyBytes: 33_554_432 },
    redactHeaders: [],
    queueBytes: 268_435_456,
    failClosed: false,
    namesUpstream: false,
    drainMs: 30_000,
    workers: 1,
    limits: { bytes: null, ageMs: null, keep: null },
    upload: null,
    otlp: null,
    tls: null,
    upstreamCa: null,
    admin: null,
    serverCommand: null,
    jsonLog: false,
  });
});

test('a tape may end by size or age, whichever comes first', () => {
  const { limits } = givenRecord({ rotate: ['1GB', '90m', '1h'], keep: '3' });
  assert.deepEqual(limits, { bytes: 1_073_741_824, ageMs: 3_600_000, keep: 3 });
});

test('an upload has a bucket, and a prefix that is a folder', () => {
  for (const [text, key] of [
    ['s3://tapes', ''],
    ['s3://tapes/', ''],
    ['s3://tapes/a/b', 'a/b/'],
    ['s3://tapes/a/b/', 'a/b/'],
  ] as const)
    assert.deepEqual(givenRecord({ upload: text }).upload, { bucket: 'tapes', key }, text);
});

test('certificates are read, a drain may be none', () => {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name));
  for (const file of [cert, key]) writeFileSync(file ?? '', `-----BEGIN ${file}`);
  const { tls, drainMs, paths, keep } = givenRecord({
    tlsCert: cert ?? '',
    tlsKey: key ?? '',
    drain: '0',
    path: ['/v1/responses'],
    sample: '5%',
  });
  assert.deepEqual(
    [tls?.cert, tls?.key, drainMs, paths, keep.sample],
    [`-----BEGIN ${cert}`, `-----BEGIN ${key}`, 0, ['/v1/responses'], 0.05],
  );
});

test('options that are wrong, or contradict each other', () => {
  const text = join(folder, 'text');
  writeFileSync(text, 'hello');
  const pem = join(folder, 'any.pem');
  writeFileSync(pem, '-----BEGIN CERTIFICATE-----');
  const cases: readonly (readonly [Parameters<typeof givenRecord>[0], RegExp])[] = [
    [{ append: true }, /--append .*--out/],
    [{ upstream: 'x' }, /--upstream x/],
    [{ upstream: 'http://h/a?b' }, /--upstream http:\/\/h\/a\?b has a query/],
    [{ upstream: 'http://me:%zz@h' }, /--upstream http:\/\/…@h has a %/],
    [{ listen: 'x' }, /--listen x/],
    [{ path: ['v1'] }, /--path v1/],
    [{ path: ['/a?b'] }, /--path \/a\?b/],
    [{ sample: '0' }, /--sample 0/],
    [{ maxBody: 'big' }, /--max-body big/],
    [{ queueBytes: '0' }, /--queue-bytes 0/],
    [{ drain: 'x' }, /--drain x/],
    [{ rotate: ['soon'] }, /--rotate soon/],
    [{ rotate: ['1h'], keep: '0' }, /--keep 0/],
    [{ workers: '0' }, /--workers 0/],
    [{ keep: '3' }, /--keep 3 needs --rotate/],
    [{ upload: '/tmp' }, /--upload \/tmp is no place for tapes: write it as s3/],
    [{ tlsCert: pem }, /--tls-cert .*--tls-key/],
    [{ tlsKey: pem }, /--tls-key .*--tls-cert/],
    [{ tlsCert: text, tlsKey: pem }, /text is not in PEM/],
    [{ upstreamCa: join(folder, 'none') }, /--upstream-ca .*none cannot be read \(ENOENT\)/],
    [{ admin: 'x' }, /--admin x/],
    [{ redactPattern: ['('] }, /--redact-pattern \(/],
    [{ redactJsonPath: ['['] }, /--redact-json-path \[/],
    [{ log: 'xml' }, /--log xml/],
  ];
  for (const [options, words] of cases) {
    assert.throws(
      () => givenRecord(options),
      (error) => error instanceof UserError && words.test(error.message) && !error.message.includes('\n'),
      JSON.stringify(options),
    );
  }
});
