import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type RecordOptions, recordSettings } from '../../../src/cli/record/record-settings.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { LEAST_RECORD_OPTIONS } from '../../helpers/record-options.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('the defaults', () => {
  const { upstream, ...settings } = recordSettings(LEAST_RECORD_OPTIONS);
  assert.equal(upstream.href, 'http://127.0.0.1:8000/');
  assert.deepEqual(settings, {
    listen: { host: '127.0.0.1', port: 8080 },
    out: null,
    append: false,
    paths: ['/v1/chat/completions', '/v1/completions'],
    keep: { bodies: true, jsonPaths: [], patterns: [], sample: 1 },
    redactHeaders: [],
    maxBodyBytes: 33_554_432,
    queueBytes: 268_435_456,
    failClosed: false,
    drainMs: 30_000,
    workers: 1,
    limits: { bytes: null, ageMs: null, keep: null },
    tls: null,
    upstreamCa: null,
    admin: null,
    serverCommand: null,
    jsonLog: false,
  });
});

test('a tape may end by size or age, whichever comes first', () => {
  const { limits } = recordSettings({ ...LEAST_RECORD_OPTIONS, rotate: ['1GB', '90m', '1h'], keep: '3' });
  assert.deepEqual(limits, { bytes: 1_073_741_824, ageMs: 3_600_000, keep: 3 });
});

test('certificates are read, a drain may be none', () => {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name));
  for (const file of [cert, key]) writeFileSync(file ?? '', `-----BEGIN ${file}`);
  const { tls, drainMs, paths, keep } = recordSettings({
    ...LEAST_RECORD_OPTIONS,
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

test('words it cannot mean', () => {
  const text = join(folder, 'text');
  writeFileSync(text, 'hello');
  const cases: readonly (readonly [Partial<RecordOptions>, RegExp])[] = [
    [{ append: true }, /--append .*--out/],
    [{ upstream: 'x' }, /--upstream x/],
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
    [{ tlsCert: text }, /--tls-cert .*--tls-key/],
    [{ tlsKey: text }, /--tls-key .*--tls-cert/],
    [{ tlsCert: text, tlsKey: text }, /text is not in PEM/],
    [{ upstreamCa: join(folder, 'none') }, /--upstream-ca .*none cannot be read \(ENOENT\)/],
    [{ admin: 'x' }, /--admin x/],
    [{ redactPattern: ['('] }, /--redact-pattern \(/],
    [{ redactJsonPath: ['['] }, /--redact-json-path \[/],
    [{ log: 'xml' }, /--log xml/],
  ];
  for (const [options, words] of cases) {
    assert.throws(
      () => recordSettings({ ...LEAST_RECORD_OPTIONS, ...options }),
      (error) => error instanceof UserError && words.test(error.message) && !error.message.includes('\n'),
      JSON.stringify(options),
    );
  }
});
