import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import OpenAI from 'openai';
import { createRecordProgress } from '../../../src/cli/record/record-traffic.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { eventually, httpCall } from '../../helpers/http-call.ts';
import { OK_SAMPLE } from '../../helpers/live-sample.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { type RecorderCli, recorderCli } from '../../helpers/recorder-cli.ts';
import { runCli, startCli } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

const record = (upstream: URL, name: string, ...options: readonly string[]): Promise<RecorderCli> =>
  recorderCli(upstream, join(folder, name), ...options);

test('a plain client: streamed and non-streaming answers are complete, and are on the tape', async () => {
  const { url: upstream } = await quickSimulator();
  const { path, url, stop } = await record(upstream, 'openai.sqlite');
  const client = new OpenAI({ baseURL: `${url.origin}/v1`, apiKey: 'sk-planted-secret', maxRetries: 0 });
  const question = {
    model: 'deepseek-14b',
    messages: [{ role: 'user' as const, content: 'Why?' }],
    max_tokens: 12,
  };
  const plain = await client.chat.completions.create(question);
  let usage = 0;
  let text = '';
  for await (const chunk of await client.chat.completions.create({
    ...question,
    stream: true,
    stream_options: { include_usage: true },
  })) {
    text += chunk.choices[0]?.delta.content ?? '';
    usage = chunk.usage?.completion_tokens ?? usage;
  }
  assert.deepEqual([plain.usage?.completion_tokens, usage, text.length > 0], [12, 12, true]);
  await assert.rejects(
    client.chat.completions.create({ ...question, model: 'nope' }),
    (error) => error instanceof OpenAI.NotFoundError && /nope/.test(error.message),
  );
  assert.match(
    (await stop()).stderr,
    /3 requests, 3 recorded, 0 in flight, .* 1 error, 0 aborted, 0 dropped; .* is complete/,
  );

  const tape = openTape(path);
  const [capture] = tape.captures();
  assert.deepEqual([capture?.upstream, capture?.cleanClose], [upstream.origin, true]);
  const exchanges = [...tape.exchanges()];
  assert.deepEqual(
    exchanges.map(({ outcome, stream, completionTokens, tokenSource }) => [
      outcome,
      stream,
      completionTokens,
      tokenSource,
    ]),
    [
      ['ok', false, 12, 'usage'],
      ['ok', true, 12, 'usage'],
      ['http_error', false, null, 'none'],
    ],
  );
  const kinds = tape.serverStates({ captureId: capture?.id ?? 0 }).map(({ edge, kind }) => `${edge} ${kind}`);
  for (const kind of ['start version', 'start models', 'end metrics'])
    assert.ok(kinds.includes(kind), kinds.join());
  tape.close();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(readFileSync(path).includes('sk-planted-secret'), false);
});

test('requests in flight at Ctrl-C still end and are kept; --append continues the tape', async () => {
  const { url: upstream } = await quickSimulator({ timeScale: 5 });
  const first = await record(upstream, 'append.sqlite');
  const inFlight = httpCall(first.chat, REFERENCE_REQUEST);
  await eventually(async () =>
    /num_requests_running\{[^}]*\} 1(\.0)?$/m.test((await httpCall(new URL('/metrics', upstream))).text),
  );
  await first.stop();
  assert.equal((await inFlight).status, 200);
  const second = await record(upstream, 'append.sqlite', '--append');
  await httpCall(second.chat, REFERENCE_REQUEST);
  await second.stop();
  const tape = openTape(first.path);
  assert.equal(tape.captures().length, 2);
  assert.deepEqual(
    [...tape.exchanges()].map(({ captureId, outcome }) => [captureId, outcome]),
    [
      [1, 'ok'],
      [2, 'ok'],
    ],
  );
  tape.close();
});

test('a second Ctrl-C ends at once; the tape opens and has what was in flight as unfinished', async () => {
  const silent = await startLocalServer((request, response) => {
    request.resume();
    if (request.method === 'GET') response.end('{}');
  });
  const { path, recorder, chat } = await record(silent.url, 'twice.sqlite');
  const call = httpCall(chat, REFERENCE_REQUEST).catch(() => null);
  // The row of a request stands on the tape from its start.
  await eventually(() => {
    const tape = openTape(path);
    const n = tape.exchangeCount();
    tape.close();
    return n === 1;
  });
  recorder.interrupt();
  await recorder.says(/press Ctrl-C again/);
  recorder.interrupt();
  assert.equal((await recorder.ended).code, 130);
  await call;
  const tape = openTape(path);
  assert.deepEqual(
    [...tape.exchanges()].map(({ outcome }) => outcome),
    ['unfinished'],
  );
  assert.equal(tape.captures()[0]?.cleanClose, false);
  tape.close();
  await silent.close();
});

test('an upstream that is not there yet is said and does not stop the recorder', async () => {
  const upstream = await unusedUrl();
  const { path, recorder, chat, stop } = await record(upstream, 'absent.sqlite');
  await recorder.says(/does not answer yet: (.*ECONNREFUSED)/);
  assert.equal((await httpCall(chat, REFERENCE_REQUEST)).status, 502);
  await stop();
  const tape = openTape(path);
  assert.deepEqual(
    [...tape.exchanges()].map(({ outcome }) => outcome),
    ['unreachable'],
  );
  tape.close();
});

test('an upstream with a path, a user and a password: used for every request, shown and stored nowhere', async () => {
  const seen: string[] = [];
  const server = await startLocalServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    request.resume().on('end', () => response.end('{"choices":[{"finish_reason":"stop"}]}'));
  });
  const upstream = new URL(`http://me:PLANTED-pw@${server.url.host}/llm/`);
  const { path, recorder, chat, stop } = await record(upstream, 'base.sqlite', '--log', 'json');
  await httpCall(chat, REFERENCE_REQUEST);
  const { stderr } = await stop();
  await server.close();
  const basic = `Basic ${Buffer.from('me:PLANTED-pw').toString('base64')}`;
  for (const asked of ['GET /llm/version', 'GET /llm/metrics', 'POST /llm/v1/chat/completions'])
    assert.ok(seen.includes(`${asked} ${basic}`), asked);
  const tape = openTape(path);
  assert.equal(tape.captures()[0]?.upstream, `${server.url.origin}/llm`);
  assert.deepEqual(
    [...tape.exchanges()].map((exchange) => exchange.path),
    ['/v1/chat/completions'],
  );
  tape.close();
  const left = `${readFileSync(path, 'latin1')}${stderr}${recorder.stderr()}`;
  assert.ok(left.includes('/llm') && !left.includes('PLANTED') && !left.includes(basic));
});

test('a path that will not be understood is said to be one at the start', async () => {
  const { url: upstream } = await quickSimulator();
  const { recorder, stop } = await record(
    upstream,
    'paths.sqlite',
    '--path',
    '/v1/embeddings',
    '--path',
    '/x/v1/messages',
  );
  await recorder.says(/--path (\/v1\/embeddings) is not an API/);
  const { stderr } = await stop();
  assert.doesNotMatch(stderr, /--path \/x/);
});

test('a tape is never overwritten, and one without a name lands in recordings/', async () => {
  const { url: upstream } = await quickSimulator();
  const { path, stop } = await record(upstream, 'once.sqlite');
  await stop();
  const again = await runCli([
    'record',
    '--upstream',
    upstream.href,
    '--listen',
    '127.0.0.1:0',
    '--out',
    path,
  ]);
  assert.equal(again.code, 1);
  assert.match(again.stderr, /once\.sqlite exists already/);
  const unnamed = startCli(['record', '--upstream', upstream.href, '--listen', '127.0.0.1:0'], {
    cwd: folder,
  });
  await unnamed.says(/send clients to (\S+),/);
  unnamed.interrupt();
  assert.equal((await unnamed.ended).code, 0);
  assert.match(readdirSync(join(folder, 'recordings')).join(), /^\d{4}-\d\d-\d\dT[\d-]{8}\.sqlite$/);
});

test('since when, what passed, what was kept and lost; the same as fields for a log', () => {
  const clock = { us: 1e6 };
  const progress = createRecordProgress(() => clock.us);
  const stats = {
    inFlight: 2,
    requests: 1_234,
    recorded: 40,
    resent: 0,
    refused: 0,
    connections: 0,
    connectionsRefused: 0,
    forwardSeconds: 0,
  };
  clock.us += 5e6;
  const many = Array.from({ length: 20 }, () => OK_SAMPLE);
  progress.add([
    ...many,
    { ...OK_SAMPLE, outcome: 'timeout' },
    { ...OK_SAMPLE, outcome: 'client_aborted', ttftUs: null },
  ]);
  const { line, block, fields } = progress.status(stats, { queue_full: 1, write_failed: 2 });
  assert.equal(
    line,
    '5.00 s, 1,234 requests, 40 recorded, 2 in flight, 4.40 req/s, 220 tok/s, TTFT p50 40.0 ms p99 –, E2EL p50 500 ms p99 –, 1 error, 1 aborted, 3 dropped',
  );
  assert.equal(block.length, 4);
  const { ttftP50Ms, e2elP50Ms, ...counts } = fields as Record<string, number>;
  assert.ok(Math.abs((ttftP50Ms ?? 0) / 40 - 1) < 0.001 && Math.abs((e2elP50Ms ?? 0) / 500 - 1) < 0.001);
  assert.deepEqual(counts, {
    requests: 1_234,
    recorded: 40,
    resent: 0,
    inFlight: 2,
    errors: 1,
    aborted: 1,
    completionTokens: 1_100,
    requestsPerSec: 4.4,
    tokensPerSec: 220,
    ttftP99Ms: null,
    e2elP99Ms: null,
    dropped: 3,
  });
});
