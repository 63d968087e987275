import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { openTape } from '../../src/store/tape-reader.ts';
import { httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

test('the admin port counts what happened and says whether to send traffic', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'admin.sqlite');
  const { recorder, chat, stop } = await recorderCli(upstream, path, '--admin', '127.0.0.1:0');
  const admin = await recorder.says(/counts are at (\S+)\/metrics/);
  await httpCall(chat, REFERENCE_REQUEST);
  await httpCall(chat, { ...REFERENCE_REQUEST, stream: true });
  await httpCall(chat, { ...REFERENCE_REQUEST, max_tokens: -1 });
  await httpCall(chat, '{');
  await httpCall(new URL('/v1/models', chat));
  // Written within a tenth of a second.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { text, rawHeaders } = await httpCall(new URL('/metrics', admin));
  assert.ok(rawHeaders.includes('text/plain; version=0.0.4; charset=utf-8'));
  for (const line of [
    'reprise_requests_total 5',
    'reprise_recorded_total 4',
    'reprise_ignored_total 1',
    'reprise_exchanges_total{outcome="ok"} 2',
    'reprise_exchanges_total{outcome="http_error"} 1',
    'reprise_answers_total{status="400"} 1',
    'reprise_time_to_first_token_seconds_count 1',
    'reprise_e2e_request_latency_seconds_count 2',
    'reprise_queue_bytes 0',
    'reprise_tape_failing 0',
  ]) {
    assert.ok(text.includes(`\n${line}\n`), line);
  }
  assert.equal((await httpCall(new URL('/readyz', admin))).status, 200);
  assert.equal(
    (await httpCall(new URL('/metrics', chat))).text.includes('reprise_'),
    false,
    "clients get the upstream's",
  );
  await stop();
});

test('--log json: every line on stderr is one object', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'json.sqlite');
  const { recorder, chat } = await recorderCli(upstream, path, '--log', 'json');
  await httpCall(chat, REFERENCE_REQUEST);
  recorder.child.kill('SIGTERM');
  const { code, stdout, stderr } = await recorder.ended;
  assert.deepEqual([code, stdout], [0, '']);
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const { time, level, message } of lines) {
    assert.ok(Date.parse(time) > 0 && ['info', 'warn'].includes(level) && typeof message === 'string');
  }
  assert.deepEqual([lines[0].listen, lines[0].tape], [chat.origin, path]);
  assert.deepEqual([lines.at(-1).recorded, lines.at(-1).completionTokens, lines.at(-1).dropped], [1, 50, 0]);
});

test('what the server and a command say is stored at both ends', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'states.sqlite');
  await (await recorderCli(upstream, path, '--server-command', 'echo GPU 0: NVIDIA A40')).stop();
  const tape = openTape(path);
  const states = tape.serverStates({ captureId: 1 });
  tape.close();
  const of = (kind: string) =>
    states.filter((state) => state.kind === kind).map(({ edge, body }) => [edge, body.trim()]);
  assert.deepEqual(of('command'), [
    ['start', 'GPU 0: NVIDIA A40'],
    ['end', 'GPU 0: NVIDIA A40'],
  ]);
  assert.equal(of('metrics').length, 2);
});

test('a sample keeps complete sessions, and the rest is forwarded too', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'sample.sqlite');
  const { chat, stop } = await recorderCli(upstream, path, '--sample', '30%');
  const request = { ...REFERENCE_REQUEST, max_tokens: 2 };
  for (let session = 0; session < 40; session++) {
    const headers = { 'content-type': 'application/json', 'x-session-id': `s${session}` };
    for (let turn = 0; turn < 2; turn++)
      assert.equal((await httpCall(chat, request, { headers })).status, 200);
  }
  await stop();
  const tape = openTape(path);
  const sessions = Map.groupBy([...tape.exchanges()], ({ sessionKey }) => sessionKey);
  tape.close();
  // Which sessions are kept is drawn anew by each recording: none or all of them happens once in a million.
  assert.ok(sessions.size > 0 && sessions.size < 40, `${sessions.size} of 40`);
  for (const [, turns] of sessions) assert.equal(turns.length, 2);
});

test('--rotate continues on a new tape under load and loses nothing', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'rotate.sqlite');
  const { chat, stop } = await recorderCli(upstream, path, '--rotate', '1s');
  const tapes = (): readonly string[] =>
    readdirSync(folder).filter((name) => /^rotate(-\d+)?\.sqlite$/.test(name));
  const giveUpMs = performance.now() + 20_000;
  let sent = 0;
  const client = async (): Promise<void> => {
    while (tapes().length < 2 && performance.now() < giveUpMs) {
      assert.equal((await httpCall(chat, { ...REFERENCE_REQUEST, stream: sent % 2 === 0 })).status, 200);
      sent += 1;
    }
  };
  await Promise.all([client(), client(), client()]);
  await stop();
  const names = tapes();
  assert.ok(names.length >= 2, names.join());
  let recorded = 0;
  for (const name of names) {
    const tape = openTape(join(folder, name));
    assert.equal(tape.captures()[0]?.cleanClose, true);
    for (const { outcome } of tape.exchanges()) {
      assert.equal(outcome, 'ok');
      recorded += 1;
    }
    tape.close();
  }
  assert.equal(recorded, sent);
});

/** A certificate for localhost that signs itself. */
function certificate(name: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const kind = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  const { status, stderr } = spawnSync('openssl', [...kind, ...subject, '-keyout', key, '-out', cert]);
  assert.equal(status, 0, `${stderr}`);
  return { cert, key };
}

test('TLS on both sides: clients see our certificate, the upstream is verified', async () => {
  const [ours, theirs] = [certificate('ours'), certificate('theirs')];
  const read = (file: string): string => readFileSync(file, 'utf8');
  const server = createServer({ cert: read(theirs.cert), key: read(theirs.key) }, (request, response) => {
    request
      .resume()
      .on('end', () =>
        response.end('{"choices":[{"finish_reason":"stop"}],"usage":{"completion_tokens":1}}'),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => server.close());
  const upstream = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = async (name: string, ...options: readonly string[]) => {
    const tls = ['--tls-cert', ours.cert, '--tls-key', ours.key];
    const { url: root, stop } = await recorderCli(new URL(upstream), join(folder, name), ...tls, ...options);
    const url = new URL('/v1/completions', root);
    // The client trusts our certificate alone, so it is ours that it sees.
    const body = ['--data', '{}', '--cacert', ours.cert, '--silent', '--write-out', '%{http_code}'];
    const { stdout } = await promisify(execFile)('curl', [...body, url.href], { timeout: 10_000 });
    const { stderr } = await stop();
    return { url, stdout, stderr };
  };
  const trusted = await run('tls.sqlite', '--upstream-ca', theirs.cert);
  assert.equal(trusted.url.protocol, 'https:');
  assert.match(trusted.stdout, /"finish_reason":"stop".*200$/);
  const unknown = await run('untrusted.sqlite', '--show-upstream');
  assert.match(unknown.stdout, /self-signed certificate; if you trust it, .*--upstream-ca FILE.*502$/);
  assert.match(unknown.stderr, /does not answer yet: self-signed certificate; .*--upstream-ca/);
  server.closeAllConnections();
});
