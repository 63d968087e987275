import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { UserError } from '../../src/model/user-error.ts';
import { recordingFilter } from '../../src/record/start-recorder.ts';
import { eventually, httpCall } from '../helpers/http-call.ts';
import { startLocalServer } from '../helpers/local-server.ts';
import { rawCall, testRecorder } from '../helpers/test-recorder.ts';

const upstream = await startLocalServer((call, response) => {
  if (call.url === '/slow') setTimeout(() => response.end('late'), 150);
  else if (call.url === '/endless') response.write('x');
  else response.end('ok');
});
after(() => upstream.close());

test('only what the filter takes is recorded, everything passes', async () => {
  const { url, starts, recorder } = await testRecorder(upstream.url, {
    shouldRecord: recordingFilter(['/v1/chat/completions']),
  });
  assert.equal((await httpCall(new URL('/metrics', url))).text, 'ok');
  assert.equal((await httpCall(new URL('/v1/chat/completions', url), '{}')).text, 'ok');
  assert.deepEqual(
    starts.map(({ number, path }) => [number, path]),
    [[1, '/v1/chat/completions']],
  );
  const { requests, recorded } = recorder.stats();
  assert.deepEqual([requests, recorded], [2, 1]);
});

test('an occupied port is the user’s to mend', async () => {
  await assert.rejects(testRecorder(upstream.url, { port: Number(upstream.url.port) }), (error) => {
    assert.ok(error instanceof UserError);
    assert.match(error.message, /is already in use/);
    return true;
  });
});

test('closing lets what is in flight end', async () => {
  const { url, recorder, ends } = await testRecorder(upstream.url);
  const slow = httpCall(new URL('/slow', url), '{}');
  await eventually(() => recorder.stats().inFlight === 1);
  await recorder.close(5_000);
  assert.equal((await slow).text, 'late');
  assert.equal(ends[0]?.answer.transport, 'complete');
});

test('a head that never ends is answered 408 and its connection closed; a slow upload is not', async () => {
  const { url } = await testRecorder(upstream.url, { headTimeoutMs: 40 });
  const upload = connect(Number(url.port), url.hostname);
  upload.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{');
  const answer = await rawCall(url, 'POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  assert.match(answer, /^HTTP\/1\.1 408 /);
  assert.match(await rawCall(url, ''), /^HTTP\/1\.1 408 /, 'a connection that sends nothing is closed too');
  upload.write('}');
  const [piece] = (await once(upload, 'data')) as [Buffer];
  assert.match(piece.toString(), /^HTTP\/1\.1 200 /);
  upload.destroy();
});

test('what does not end in time is cut and stays without an end', async () => {
  const { url, recorder, starts, ends } = await testRecorder(upstream.url);
  const call = request(new URL('/endless', url), { method: 'POST' });
  call.on('error', () => undefined);
  call.end('{}');
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.on('error', () => undefined);
  await recorder.close(20);
  assert.deepEqual([starts.length, ends.length], [1, 0]);
});

test('POSTs to every API are recorded under any prefix; or to the named paths, and nothing else', () => {
  const all = recordingFilter(null);
  const chosen = recordingFilter(['/v1/embeddings/', '/v1/messages']);
  for (const [path, isApi, isChosen] of [
    ['/v1/chat/completions', true, false],
    ['/openai/deployments/gpt/chat/completions?api-version=2024-06-01', true, false],
    ['/completions', true, false],
    ['/v1/responses/', true, false],
    ['/v1/messages?beta=true', true, true],
    ['/v1/messages//', true, true],
    ['/anthropic/v1/messages', true, false],
    ['/v1/embeddings', false, true],
    ['/v1/chat/completions/1', false, false],
    ['/v1/mycompletions', false, false],
    ['/x?/v1/messages', false, false],
    ['*', false, false],
  ] as const) {
    assert.deepEqual([all('POST', path), chosen('POST', path)], [isApi, isChosen], path);
    assert.deepEqual([all('GET', path), chosen('GET', path)], [false, false], path);
  }
});
