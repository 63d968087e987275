import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTape } from '../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

const folder = tempFolder();

/** Everything a recording leaves: the tape, its journal while it is open, and what was said. */
function traces(path: string, stderr: string): string {
  const files = ['', '-wal', '-shm'].map((end) => path + end).filter((file) => existsSync(file));
  for (const file of files) assert.equal(statSync(file).mode & 0o777, 0o600, file);
  return `${files.map((file) => readFileSync(file, 'latin1')).join('\n')}\n${stderr}`;
}

test('no planted credential is in the tape, its journal or the log, while recording or after', async () => {
  const { url: upstream } = await quickSimulator();
  const path = join(folder, 'credentials.sqlite');
  const options = ['--redact-header', 'X-Tenant-Secret', '--log', 'json'];
  const { recorder, url, stop } = await recorderCli(upstream, path, ...options);
  const secret = (n: number): string => `PLANTED${n}SECRET`;
  const headers = {
    Authorization: `Bearer ${secret(1)}`,
    'PROXY-authorization': `Basic ${secret(2)}`,
    cookie: `session=${secret(3)}`,
    'X-API-Key': secret(4),
    'api-key': secret(5),
    'x-tenant-secret': secret(6),
  };
  const call = { headers: { ...headers, 'content-type': 'application/json' } };
  const chat = new URL(`/v1/chat/completions?api_key=${secret(7)}&x=1`, url);
  for (const body of [
    REFERENCE_REQUEST,
    { ...REFERENCE_REQUEST, stream: true },
    { ...REFERENCE_REQUEST, max_tokens: -1 },
  ]) {
    await httpCall(chat, body, call);
  }
  // An answer may set a cookie, and an upstream that fails is told of.
  await eventually(() => {
    const tape = openTape(path);
    const ended = [...tape.exchanges()].filter(({ outcome }) => outcome !== 'unfinished').length;
    tape.close();
    return ended === 3;
  });
  assert.equal(traces(path, recorder.stderr()).includes('PLANTED'), false);
  const { stderr } = await stop();
  const left = traces(path, stderr);
  assert.equal(left.includes('PLANTED'), false);
  assert.ok(left.includes('[redacted '), 'that something was there stays known');

  const tape = openTape(path);
  const marks = [...tape.exchanges()].map(({ requestHeaders }) => {
    const at = requestHeaders.findIndex((name) => name.toLowerCase() === 'authorization');
    return requestHeaders[at + 1];
  });
  assert.equal(new Set(marks).size, 1, 'requests of one client can still be told to be so');
  const policy = JSON.stringify(tape.captures()[0]?.redaction);
  assert.match(policy, /X-Tenant-Secret/, 'the policy stands on the tape');
  tape.close();
});

test('a cookie that the server sets leaves no trace either', async () => {
  const server = await startLocalServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('Set-Cookie', ['a=PLANTED1', 'b=PLANTED2']);
      response.end('{}');
    });
  });
  const path = join(folder, 'cookie.sqlite');
  const { url, stop } = await recorderCli(server.url, path);
  const { rawHeaders } = await httpCall(new URL('/v1/completions', url), '{"model":"m"}');
  assert.equal(rawHeaders.filter((part) => part.includes('PLANTED')).length, 2, 'the client gets them');
  const { stderr } = await stop();
  assert.equal(traces(path, stderr).includes('PLANTED'), false);
  await server.close();
});

test('bodies: places, patterns, and none at all; what replays stays replayable', async () => {
  const { url: upstream } = await quickSimulator();
  const body = {
    ...REFERENCE_REQUEST,
    user: 'PLANTED-USER',
    messages: [
      { role: 'user', content: 'I am ann@PLANTED.example, card 4111 1111 1111 1111, Ticket-PLANTED99' },
    ],
  };
  const record = async (name: string, ...options: readonly string[]) => {
    const path = join(folder, name);
    const { chat, stop } = await recorderCli(upstream, path, ...options);
    await httpCall(chat, body);
    const { stderr } = await stop();
    const tape = openTape(path);
    const [exchange] = [...tape.exchanges()];
    const request = Buffer.from(tape.body(exchange?.requestBodyId ?? 0) ?? []).toString();
    tape.close();
    return { request, exchange, left: traces(path, stderr) };
  };
  const { request, exchange } = await record(
    'patterns.sqlite',
    ...['--redact-json-path', 'user', '--redact-pattern', 'email'],
    ...['--redact-pattern', 'cards', '--redact-pattern', 'Ticket-\\w+'],
  );
  assert.equal(request.includes('PLANTED'), false);
  assert.deepEqual(JSON.parse(request).messages, [
    { role: 'user', content: 'I am *******************, card *******************, ****************' },
  ]);
  assert.equal(exchange?.completionTokens, 50);
  const none = await record('none.sqlite', '--no-bodies');
  assert.equal(none.left.includes('PLANTED'), false);
  assert.deepEqual([none.exchange?.requestBodyId, none.exchange?.responseBodyId], [null, null]);
  assert.deepEqual([none.exchange?.completionTokens, none.exchange?.outcome], [50, 'ok']);
  assert.ok((none.exchange?.requestBytes ?? 0) > 100);
});
