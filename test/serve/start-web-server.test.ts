import assert from 'node:assert/strict';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openShelf } from '../../src/cli/serve/open-shelf.ts';
import { ALL_ROWS, ALL_RUNS, addressOf, type Form, type Place } from '../../src/serve/address.ts';
import { startWebServer, type WebServer } from '../../src/serve/start-web-server.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const tapes = join(folder, 'tapes');
mkdirSync(join(tapes, 'below'), { recursive: true });
copyFileSync(SAMPLE_TAPE, join(tapes, 'sample.sqlite'));
copyFileSync(SAMPLE_TAPE, join(tapes, 'below', 'other.sqlite'));
const future = fileURLToPath(new URL('../fixtures/tapes/future.sqlite', import.meta.url));
copyFileSync(future, join(tapes, 'future.sqlite'));
writeFileSync(join(tapes, 'broken.sqlite'), 'no tape at all, and yet named like one');
writeFileSync(join(folder, 'secret.txt'), 'secret');

const defects: unknown[] = [];
const failed = (error: unknown): void => void defects.push(error);
const shelf = openShelf({ given: [tapes], showsBodies: false, onDefect: failed });
const options = {
  host: '127.0.0.1',
  port: 0,
  hostname: 'box',
  token: null,
  shelf,
  onDefect: failed,
};
let server: WebServer;

before(async () => {
  server = await startWebServer(options);
  // Until then the list says that tapes are being read.
  await eventually(async () => {
    const rows = await shelf.tapes();
    return rows.every(({ contents, problem }) => contents !== null || problem !== null);
  }, 30_000);
});
after(async () => {
  await server.close();
  await shelf.close();
  assert.deepEqual(defects, []);
});

function get(path: string, headers: Record<string, string> = {}) {
  return httpCall(new URL(path, server.url), null, { headers });
}

const SIDE = { tape: 'sample.sqlite', runs: 'before' };
const PLACES: readonly Place[] = [
  { kind: 'home', query: ALL_RUNS },
  { kind: 'live' },
  { kind: 'compare', sides: [] },
  { kind: 'compare', sides: [SIDE, { tape: 'sample.sqlite', runs: 'after' }] },
  { kind: 'compare', sides: [SIDE, { tape: 'below/other.sqlite', runs: 'after' }] },
  {
    kind: 'compare',
    sides: ['1', '3', '5', '7', '9', '11', '2'].map((runs) => ({ tape: 'sample.sqlite', runs })),
  },
  {
    kind: 'compare',
    sides: [SIDE, { tape: 'sample.sqlite', runs: 'after' }, { tape: 'below/other.sqlite', runs: 'before' }],
  },
  { kind: 'traffic', tape: 'sample.sqlite' },
  { kind: 'exchanges', tape: 'below/other.sqlite', query: { ...ALL_ROWS, outcome: 'ok', order: 'longest' } },
  { kind: 'exchange', tape: 'sample.sqlite', id: 1 },
  { kind: 'report', side: SIDE },
  { kind: 'report', side: { tape: 'sample.sqlite', runs: '7' } },
  { kind: 'requests', tape: 'sample.sqlite', runs: [7], query: { ...ALL_ROWS, fromMs: 0, toMs: 500 } },
  { kind: 'request', tape: 'sample.sqlite', run: 7, seq: 3 },
];

test('every page is there in both languages, as data and as a file, and nothing of it may load from elsewhere', async () => {
  for (const place of PLACES) {
    for (const form of ['page', 'json', 'file'] as const satisfies readonly Form[]) {
      const path = addressOf(place, form === 'page' ? 'zh' : 'en', form);
      const { status, text, rawHeaders } = await get(path);
      assert.equal(status, 200, `${path}\n${text}`);
      const policy = rawHeaders[rawHeaders.indexOf('content-security-policy') + 1] ?? '';
      assert.match(policy, /^default-src 'self'; .*frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|http/);
      if (form === 'json') assert.equal(typeof JSON.parse(text), 'object');
      else
        assert.match(
          text,
          form === 'page' ? /<html lang="zh-CN">/ : /<meta http-equiv="Content-Security-Policy"/,
        );
      assert.doesNotMatch(text, /(src|href)="(https?:)?\/\//);
    }
  }
});

test('the list has a row for what cannot be read, with the reason, and the address of such a tape says it as well', async () => {
  const { text } = await get('/index.json');
  const { tapes: rows } = JSON.parse(text) as {
    tapes: { name: string; problem: string | null; runs: number | null }[];
  };
  const byName = Object.fromEntries(rows.map((row) => [row.name, row]));
  assert.deepEqual(Object.keys(byName).sort(), [
    'below/other.sqlite',
    'broken.sqlite',
    'future.sqlite',
    'sample.sqlite',
  ]);
  assert.match(byName['broken.sqlite']?.problem ?? '', /is not a tape/);
  assert.match(byName['future.sqlite']?.problem ?? '', /is a tape of version 99/);
  assert.deepEqual([byName['sample.sqlite']?.problem, byName['sample.sqlite']?.runs], [null, 12]);
  const page = await get('/');
  assert.match(page.text, /class="problem worse">✕ [^<]*broken\.sqlite is not a tape/);
  const { status, text: told } = await get('/traffic?tape=future.sqlite');
  assert.equal(status, 404);
  assert.match(told, /is a tape of version 99/);
});

test('a tape that vanishes is gone from the list, and its pages say so', async () => {
  const path = join(tapes, 'soon.sqlite');
  copyFileSync(SAMPLE_TAPE, path);
  const own = openShelf({ given: [path], showsBodies: false, onDefect: failed });
  try {
    assert.equal((await own.tapes()).length, 1);
    rmSync(path);
    await assert.rejects(own.traffic('soon.sqlite'), /there is no file .*soon\.sqlite/);
    await assert.rejects(own.traffic('never.sqlite'), /there is no tape never\.sqlite/);
  } finally {
    own.close();
  }
});

test('no path leads out of the folder', async () => {
  for (const name of ['../secret.txt', '/etc/passwd', 'below/../../secret.txt', '..', '.']) {
    const { status, text } = await get(addressOf({ kind: 'traffic', tape: name }));
    assert.equal(status, 404, name);
    assert.match(text, /there is no tape/);
  }
  for (const path of ['/secret.txt', '/%2e%2e/secret.txt', '/..%2f..%2fsecret.txt']) {
    const { status, text } = await get(path);
    assert.equal(status, 404);
    assert.doesNotMatch(text, />secret</);
  }
});

test('requests from pages of other origins are refused over a real connection', async () => {
  assert.equal((await get('/', { host: 'evil.example:7070' })).status, 421);
  assert.equal((await get('/index.json', { origin: 'http://evil.example' })).status, 403);
  assert.equal((await get(`/?label=${'x'.repeat(9_000)}`)).status, 414);
  const { status, rawHeaders } = await httpCall(server.url, { a: 1 });
  assert.equal(status, 405);
  assert.ok(rawHeaders.includes('GET, HEAD'));
  const head = await httpCall(new URL('/index.json', server.url), null, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('a head that is too large, or none at all, does not keep the server from answering', async () => {
  const large = connect(Number(server.url.port), '127.0.0.1');
  large.end(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`);
  const [answer] = (await once(large, 'data')) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 431 /);
  const silent = connect(Number(server.url.port), '127.0.0.1');
  await once(silent, 'connect');
  assert.equal((await get('/live')).status, 200);
  silent.destroy();
});

test('bodies are hidden unless they are asked for, in every form', async () => {
  const hidden = JSON.parse((await get('/exchange.json?tape=sample.sqlite&id=1')).text) as {
    bodies: unknown;
  };
  assert.equal(hidden.bodies, null);
  const own = openShelf({ given: [tapes], showsBodies: true, onDefect: failed });
  try {
    const { bodies } = await own.exchange('sample.sqlite', 1);
    assert.match(bodies?.request ?? '', /"messages"/);
  } finally {
    own.close();
  }
});

test('200 browsers may follow live runs; one more is refused; the server ends without waiting for them', async () => {
  const own = await startWebServer(options);
  const calls = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const call = request(new URL('/events', own.url)).on('error', () => undefined);
      call.end();
      const [answer] = (await once(call, 'response')) as [IncomingMessage];
      assert.equal(answer.headers['content-type'], 'text/event-stream; charset=utf-8');
      return answer.on('error', () => undefined);
    }),
  );
  const more = await httpCall(new URL('/events', own.url));
  assert.equal(more.status, 503);
  assert.match(more.text, /close some/);
  assert.equal((await httpCall(new URL('/live', own.url))).status, 200);
  // One that goes away makes room.
  calls[0]?.destroy();
  await eventually(async () => {
    const again = request(new URL('/events', own.url)).on('error', () => undefined);
    again.end();
    const [answer] = (await once(again, 'response')) as [IncomingMessage];
    answer.on('error', () => undefined).resume();
    return answer.statusCode === 200;
  });
  await own.close();
});

test('a page that is being made when the server ends is no defect', async () => {
  const asked = Promise.withResolvers<void>();
  const made = Promise.withResolvers<never>();
  const report = () => {
    asked.resolve();
    return made.promise;
  };
  const own = await startWebServer({ ...options, shelf: { ...shelf, report } });
  const call = request(new URL(addressOf({ kind: 'report', side: SIDE }), own.url)).on(
    'error',
    () => undefined,
  );
  call.end();
  await asked.promise;
  await own.close();
  made.reject(new Error('the thread has ended'));
  await new Promise(setImmediate);
  assert.deepEqual(defects, []);
});
