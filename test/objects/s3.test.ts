import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { s3Place, s3Url } from '../../src/objects/place.ts';
import { openS3, PART_BYTES } from '../../src/objects/s3.ts';
import { startLocalServer, unusedUrl } from '../helpers/local-server.ts';
import { startTestS3 } from '../helpers/s3-server.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const at = (name: string): string => join(folder, name);
/** Letters that URLs and S3 treat differently. */
const KEY = "day 1/ä+b(c)'!*~&=.sqlite";

/** A file of so many random bytes, and their SHA-256. */
function file(name: string, bytes: number): { readonly path: string; readonly sha256: string } {
  const content = randomBytes(bytes);
  writeFileSync(at(name), content);
  return { path: at(name), sha256: createHash('sha256').update(content).digest('hex') };
}

test('places are written as s3://bucket/key', () => {
  assert.deepEqual(s3Place('s3://tapes/a/b.sqlite'), { bucket: 'tapes', key: 'a/b.sqlite' });
  assert.deepEqual(s3Place('s3://tapes'), { bucket: 'tapes', key: '' });
  for (const other of ['tapes/a', 's3://', 's3://A/b', 's3://tapes/a/../b', 'http://tapes/a'])
    assert.equal(s3Place(other), null);
  assert.equal(s3Url({ bucket: 'tapes', key: 'a' }), 's3://tapes/a');
});

test('files come back as they went, small ones whole and large ones in parts', async () => {
  const s3 = await startTestS3();
  const store = openS3(s3.env);
  for (const [name, bytes] of [
    ['empty', 0],
    ['small', 1000],
    ['large', PART_BYTES + 17],
  ] as const) {
    const { path, sha256 } = file(name, bytes);
    const place = { bucket: 'tapes', key: `${name}/${KEY}` };
    assert.equal(await store.upload(path, place), sha256);
    await store.download(place, at('back'));
    assert.ok(readFileSync(at('back')).equals(readFileSync(path)), name);
  }
  assert.equal(s3.log.filter((line) => line.startsWith('PUT tapes/large')).length, 2);
});

test('all keys below a prefix are listed, page by page; small objects are texts', async () => {
  const s3 = await startTestS3();
  const store = openS3(s3.env);
  const keys = [1, 2, 3, 4, 5].map((n) => `day 1/${n}+ä%<&'.sqlite`);
  for (const key of [...keys, 'other/x']) await store.write({ bucket: 'tapes', key }, key);
  for (const encodesNames of [true, false]) {
    s3.encodesNames = encodesNames;
    assert.deepEqual(await store.list({ bucket: 'tapes', key: 'day 1/' }), keys);
  }
  assert.equal(await store.read({ bucket: 'tapes', key: 'other/x' }), 'other/x');
  assert.equal(await store.read({ bucket: 'tapes', key: 'none' }), null);
});

test('a store that fails now and then is asked again; every part arrives once', async () => {
  const s3 = await startTestS3();
  let requests = 0;
  s3.fail = () => (++requests % 3 === 0 ? 503 : null);
  const { path, sha256 } = file('flaky', 2 * PART_BYTES + 1);
  const place = { bucket: 'tapes', key: 'flaky' };
  assert.equal(await openS3(s3.env, { firstPauseMs: 1 }).upload(path, place), sha256);
  assert.equal(
    createHash('sha256')
      .update(s3.objects.get('tapes/flaky') ?? '')
      .digest('hex'),
    sha256,
  );
});

test('what the store says is one sentence with the object, and nothing half sent stays there', async () => {
  const s3 = await startTestS3();
  const store = openS3(s3.env);
  const place = { bucket: 'tapes', key: 'a' };
  s3.fail = ({ method }) => (method === 'PUT' ? 403 : null);
  await assert.rejects(store.upload(file('denied', PART_BYTES + 1).path, place), {
    name: 'UserError',
    message: /^s3:\/\/tapes\/a cannot be used \(403 Because403\): check the bucket/,
  });
  assert.match(s3.log.at(-1) ?? '', /^DELETE/);
  await assert.rejects(store.download({ bucket: 'tapes', key: 'none' }, at('none')), {
    message: /404 NoSuchKey/,
  });
  s3.objects.set('tapes/a', Buffer.from('x'));
  const asked = s3.log.length;
  await assert.rejects(store.download(place, at('none/b')), {
    name: 'UserError',
    message: /none\/b cannot be written \(ENOENT.*\): make room there, or name another folder in TMPDIR$/,
  });
  assert.equal(s3.log.length, asked + 1, 'the store is not at fault');
  assert.throws(() => openS3({}), { message: /needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: set them/ });
  for (const endpoint of ['here', 'localhost:9000'])
    assert.throws(() => openS3({ ...s3.env, AWS_ENDPOINT_URL_S3: endpoint }), {
      message: `AWS_ENDPOINT_URL_S3 ${endpoint} is not an address: write it as https://HOST:PORT`,
    });
});

test('what keeps a request from being accepted is said with its remedy', async () => {
  const { env } = await startTestS3();
  const place = { bucket: 'tapes', key: 'a' };
  for (const [change, message] of [
    [{ AWS_SECRET_ACCESS_KEY: 'wrong' }, /\(403 SignatureDoesNotMatch\): check AWS_ACCESS_KEY_ID/],
    [{ AWS_REGION: 'eu-west-1' }, /\(400 AuthorizationHeaderMalformed\): set AWS_REGION .*, us-east-1$/],
    [{ AWS_SESSION_TOKEN: 'old' }, /\(400 ExpiredToken\): get new credentials$/],
  ] as const)
    await assert.rejects(openS3({ ...env, ...change }).read(place), { name: 'UserError', message });
  assert.equal(await openS3({ ...env, AWS_SESSION_TOKEN: 'new' }).read(place), null);
});

test('a clock that is off, and a bucket of another region, are said to be that', async (t) => {
  const { env } = await startTestS3();
  const place = { bucket: 'tapes', key: 'a' };
  t.mock.timers.enable({ apis: ['Date'], now: 0 });
  const signed = openS3(env).read(place);
  t.mock.timers.reset();
  await assert.rejects(signed, { message: /\(403 RequestTimeTooSkewed\): set this machine's clock$/ });
  const elsewhere = await startLocalServer((_request, response) => {
    response
      .writeHead(301, { 'x-amz-bucket-region': 'eu-west-1' })
      .end('<Error><Code>PermanentRedirect</Code></Error>');
  });
  const there = openS3({ ...env, AWS_ENDPOINT_URL_S3: elsewhere.url.href });
  await assert.rejects(there.read(place), {
    message: /\(301 PermanentRedirect\): set AWS_REGION .*, eu-west-1$/,
  });
  await elsewhere.close();
});

test('a request that is given up ends at once, also between two tries', async () => {
  const stop = new AbortController();
  const { href } = await unusedUrl();
  const env = { AWS_ENDPOINT_URL_S3: href, AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 's' };
  const asked = openS3(env, { signal: stop.signal }).read({ bucket: 'tapes', key: 'a' });
  setImmediate(() => stop.abort());
  await assert.rejects(asked);
});
