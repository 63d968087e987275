import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openShelf } from '../../src/cli/serve/open-shelf.ts';
import type { TapeRow } from '../../src/serve/shelf.ts';
import { startWebServer, type WebServer } from '../../src/serve/start-web-server.ts';
import { eventually } from '../helpers/http-call.ts';
import { SAMPLE_TAPE } from '../helpers/sample-tape.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();
const tapes = join(folder, 'tapes');
mkdirSync(join(folder, 'private'));
mkdirSync(tapes);
copyFileSync(SAMPLE_TAPE, join(tapes, 'sample.sqlite'));
copyFileSync(SAMPLE_TAPE, join(folder, 'private', 'other.sqlite'));
writeFileSync(join(folder, 'secret.txt'), 'the secret');
symlinkSync('sample.sqlite', join(tapes, 'alias.sqlite'));
symlinkSync(join(folder, 'private', 'other.sqlite'), join(tapes, 'stray.sqlite'));
symlinkSync(join(folder, 'private'), join(tapes, 'folder'));
symlinkSync(join(folder, 'secret.txt'), join(tapes, 'secret.sqlite'));
symlinkSync(join(folder, 'nowhere'), join(tapes, 'dangling.sqlite'));

const defects: unknown[] = [];
const onDefect = (error: unknown): void => void defects.push(error);
const shelf = openShelf({ given: [tapes], showsBodies: false, onDefect });
const options = { host: '127.0.0.1', port: 0, hostname: 'box', token: null, shelf, onDefect };
let open: WebServer;
let closed: WebServer;

before(async () => {
  open = await startWebServer(options);
  closed = await startWebServer({ ...options, token: 'sesame' });
});
after(async () => {
  await Promise.all([open.close(), closed.close()]);
  await shelf.close();
  assert.deepEqual(defects, []);
});

/** Sends bytes as they are and reads all that comes back until the server closes or, after a whole answer, this side does. */
function send(server: WebServer, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(server.url.port), '127.0.0.1', () => socket.write(text, 'latin1'));
    let answer = '';
    socket.setTimeout(20_000, () => socket.destroy(new Error(`no answer to ${text.slice(0, 80)}`)));
    socket.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(answer) : reject(error),
    );
  });
}

interface Probe {
  readonly method?: string;
  readonly target?: string;
  readonly host?: string;
  readonly headers?: readonly string[];
}

async function ask(
  server: WebServer,
  probe: Probe,
): Promise<{ readonly status: number; readonly text: string }> {
  const { method = 'GET', target = '/live', host = '127.0.0.1:7070', headers = [] } = probe;
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers, '', ''];
  const text = await send(server, lines.join('\r\n'));
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text };
}

/** What is asked for, by the status that it gets; 0 is a connection that is closed without an answer. */
async function assertStatus(server: WebServer, cases: readonly (readonly [Probe, number])[]): Promise<void> {
  const found = await Promise.all(cases.map(([probe]) => ask(server, probe)));
  const told = cases.map(([probe], i) => `${JSON.stringify(probe).slice(0, 120)} ${found[i]?.status}`);
  assert.deepEqual(
    told,
    cases.map(([probe, status]) => `${JSON.stringify(probe).slice(0, 120)} ${status}`),
  );
  for (const { text } of found) assert.doesNotMatch(text, /the secret/);
}

test('hosts: only names of this machine, however they are written', () =>
  assertStatus(open, [
    ...['127.0.0.1', '127.0.0.1:1', 'localhost:8080', 'LocalHost:7070', '[::1]', '[::1]:7070'].map(
      (host) => [{ host }, 200] as const,
    ),
    ...[
      'evil.example',
      'user@127.0.0.1',
      'user:pass@localhost:7070',
      'localhost@evil.example',
      'localhost.',
      '127.0.0.1.',
      '127.0.0.1.evil.example:7070',
      '127.1',
      '2130706433',
      '0x7f.1',
      '0.0.0.0:7070',
      '10.0.0.1',
      '[::ffff:127.0.0.1]:7070',
      '[::]:7070',
      '::1',
      'localhost:70:70',
      'localhost:7070, evil.example',
      'localhost evil.example',
      'localhost%00.evil.example',
      'loc\xe0lhost',
      'box',
    ].map((host) => [{ host }, 421] as const),
    [{ host: '' }, 421],
    [{ headers: ['Host: evil.example'] }, 421],
    [{ host: 'evil.example', headers: ['Host: 127.0.0.1'] }, 421],
    [{ headers: ['X-Forwarded-Host: evil.example', 'Forwarded: host=evil.example'] }, 200],
  ]));

test('targets: a path alone, and none that leads out of the tapes', () =>
  assertStatus(open, [
    [{ target: 'http://127.0.0.1:7070/live' }, 400],
    [{ target: 'http://evil.example/live' }, 400],
    [{ target: '//evil.example/live' }, 400],
    [{ target: '*', method: 'OPTIONS' }, 405],
    ...[
      '/secret.txt',
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/%2e%2e/%2e%2e/secret.txt',
      '/%252e%252e%252fsecret.txt',
      '/..%5csecret.txt',
      '/\\..\\secret.txt',
      '/.;/secret.txt',
      '/live%00',
      '/live/',
      '/live.json/..;/x',
      '/sample.sqlite',
      '/tapes/sample.sqlite-wal',
      '/%c0%ae%c0%ae/secret.txt',
    ].map((target) => [{ target }, 404] as const),
    ...[
      '../secret.txt',
      '..%2fsecret.txt',
      '%252e%252e%252fsecret.txt',
      'sample.sqlite%00',
      'sample.sqlite%00.txt',
      './sample.sqlite',
      'SAMPLE.SQLITE',
      '..%2fprivate%2fother.sqlite',
      'folder%2fother.sqlite',
      'stray.sqlite',
      'secret.sqlite',
      'dangling.sqlite',
      '%2fetc%2fpasswd',
      'file:%2f%2f%2fetc%2fpasswd',
      "x' OR '1'='1",
      '__proto__',
    ].map((tape) => [{ target: `/traffic?tape=${tape.replaceAll(' ', '+')}` }, 404] as const),
    [{ target: '/exchanges?tape=alias.sqlite' }, 200],
    [{ target: "/exchanges?tape=sample.sqlite&model=x'+OR+1=1--&by=e2elMs&least=1&most=2" }, 200],
    [{ target: '/requests?tape=sample.sqlite&run=1,999999999&by=__proto__&least=1&most=2' }, 200],
    [{ target: '/report?tape=sample.sqlite&runs=__proto__' }, 404],
    [{ target: '/request?tape=sample.sqlite&run=1&seq=99999999999999999999' }, 404],
  ]));

test('a link that leads out of the folders is a row that says so, and one within them is a tape', async () => {
  let rows = new Map<string, TapeRow>();
  // A list does not wait for tapes that are still to be read.
  await eventually(async () => {
    rows = new Map((await shelf.tapes()).map((row) => [row.name, row]));
    return rows.get('stray.sqlite')?.problem != null;
  }, 30_000);
  assert.deepEqual([...rows.keys()].sort(), [
    'alias.sqlite',
    'sample.sqlite',
    'secret.sqlite',
    'stray.sqlite',
  ]);
  assert.match(
    rows.get('stray.sqlite')?.problem ?? '',
    /is a link to a file outside of the folders that are served/,
  );
  assert.equal(rows.get('alias.sqlite')?.problem, null);
});

test('long and many: each is refused or answered, and none keeps the next from being answered', () =>
  assertStatus(open, [
    [{ target: `/?label=${'x'.repeat(9_000)}` }, 414],
    [{ target: `/?label=${'x'.repeat(65_536)}` }, 431],
    [{ target: `/?${'a=1&'.repeat(1_000)}` }, 200],
    [{ target: `/compare?${'side=a/b&'.repeat(900)}` }, 404],
    [{ target: `/compare?${'side=sample.sqlite/1&'.repeat(380)}` }, 404],
    [{ target: `/?label=${'%F0'.repeat(2_000)}` }, 200],
    [{ target: `/requests?tape=sample.sqlite&run=${'1,'.repeat(1_000)}1` }, 404],
    [{ headers: Array(3_000).fill('x: y') }, 431],
    [{ headers: [`cookie: ${'a=b; '.repeat(1_000)}`] }, 200],
  ]));

test('versions and heads of other kinds: a Host is asked of each, and conditions and ranges change nothing', async () => {
  const host = 'Host: 127.0.0.1\r\n';
  for (const [text, statuses] of [
    ['GET /live HTTP/1.0\r\n\r\n', '421'],
    [`GET /live HTTP/1.0\r\n${host}\r\n`, '200'],
    ['GET /live HTTP/1.1\r\nConnection: close\r\n\r\n', '400'],
    ['GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\n .evil\r\nConnection: close\r\n\r\n', '400'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '400'],
    [`GET /live x HTTP/1.1\r\n${host}\r\n`, '400'],
    [`GET /live HTTP/1.1\r\n${host}Range: bytes=0-9\r\nConnection: close\r\n\r\n`, '200'],
    [`GET /live HTTP/1.1\r\n${host}If-None-Match: *\r\nConnection: close\r\n\r\n`, '200'],
    [`GET /live HTTP/1.1\r\n${host}Expect: cake\r\nConnection: close\r\n\r\n`, '417'],
    [
      `GET /live HTTP/1.1\r\n${host}\r\nGET /x HTTP/1.1\r\n${host}\r\nHEAD /live HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      '200 404 200',
    ],
  ] as const) {
    const answer = await send(open, text);
    const found = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
    assert.equal(found.join(' '), statuses, text);
    assert.doesNotMatch(answer, /^(content-range|etag):/im);
  }
});

test('methods, bodies and upgrades: nothing but GET and HEAD, and what comes with them is not read', () =>
  assertStatus(open, [
    ...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'].map(
      (method) => [{ method }, 405] as const,
    ),
    [{ method: 'CONNECT', target: '127.0.0.1:22' }, 0],
    [{ method: 'BREW' }, 400],
    [{ method: 'get' }, 400],
    [{ method: 'HEAD' }, 200],
    [{ headers: ['X-HTTP-Method-Override: DELETE'] }, 200],
    [{ headers: ['Content-Length: 5', 'Transfer-Encoding: chunked'] }, 400],
    [{ headers: ['Content-Length: -1'] }, 400],
    [{ headers: ['X: a\rb'] }, 400],
    [{ headers: ['Upgrade: websocket', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='] }, 200],
  ]));

test('other origins and sites', () =>
  assertStatus(open, [
    [{ headers: ['Origin: null'] }, 403],
    [{ headers: ['Origin: '] }, 403],
    [{ headers: ['Origin: http://evil.example'] }, 403],
    [{ headers: ['Origin: http://127.0.0.1:7071'] }, 403],
    [{ headers: ['Origin: http://127.0.0.1:7070@evil.example'] }, 403],
    [{ headers: ['Origin: http://127.0.0.1:7070'] }, 200],
    [{ target: '/events', headers: ['Origin: null'] }, 403],
    ...['cross-site', 'same-site'].map(
      (site) => [{ target: '/index.json', headers: [`Sec-Fetch-Site: ${site}`] }, 403] as const,
    ),
    [
      { headers: ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'] },
      200,
    ],
    [{ headers: ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'] }, 403],
    [{ headers: ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: script'] }, 403],
  ]));

test('a token: in the address it becomes a cookie, and a wrong one is wrong beside a right one', async () => {
  const cookie = 'Cookie: a=b; reprise-token=sesame; c=d';
  await assertStatus(closed, [
    [{}, 401],
    [{ target: '/events' }, 401],
    [{ target: '/nothing' }, 401],
    [{ target: '/live?token=' }, 401],
    [{ target: '/live?token=sesam' }, 401],
    [{ target: '/live?token=sesame&token=x' }, 303],
    [{ target: '/live?Token=sesame' }, 401],
    [{ target: '/live?token=x', headers: [cookie] }, 401],
    [{ headers: [cookie] }, 200],
    [{ headers: ['Cookie: reprise-token=sesame%00'] }, 401],
    [{ headers: ['Cookie: xreprise-token=sesame'] }, 401],
    [{ headers: ['Authorization: Bearer sesame'] }, 200],
    [{ headers: ['Authorization: Basic sesame'] }, 401],
    [{ headers: ['Authorization: Bearer sesame', 'Origin: null'] }, 403],
    [{ host: 'evil.example', headers: [cookie] }, 421],
  ]);
  for (const target of [
    '/\\evil.example?token=sesame',
    '/x/..//evil.example?token=sesame',
    '/%0d%0aSet-Cookie:x=1?token=sesame',
  ]) {
    const { text } = await ask(closed, { target });
    assert.match(text, /^HTTP\/1\.1 303 /, target);
    assert.match(text, /\r\nlocation: \/(?![/\\])[^\r]*\r\n/, target);
    assert.doesNotMatch(text, /\r\nSet-Cookie: *x=1/i);
  }
});

test('bytes that are no HTTP, and a silent crowd, do not keep others from being answered', async () => {
  const crowd = Array.from({ length: 300 }, () => connect(Number(open.url.port), '127.0.0.1'));
  for (const socket of crowd) socket.on('error', () => undefined);
  for (const bytes of ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc', '\0'.repeat(2_000), 'GET /\r\n\r\n']) {
    assert.match(await send(open, bytes), /^HTTP\/1\.1 4(00|21) /, JSON.stringify(bytes.slice(0, 20)));
  }
  assert.equal((await ask(open, {})).status, 200);
  for (const socket of crowd) socket.destroy();
});
