import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { startLocalServer } from '../../helpers/local-server.ts';
import { sampleValue } from '../../helpers/metrics-page.ts';
import { oneRequestTape } from '../../helpers/one-request-tape.ts';
import { startCli } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const ANSWER = JSON.stringify({
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
});

test('--metrics shows the run that is on; --traceparent sends ids that the tape keeps', async () => {
  const tape = join(tempFolder(), 'watched.sqlite');
  oneRequestTape(tape, false);
  const sent: string[] = [];
  const held = Promise.withResolvers<void>();
  const server = await startLocalServer(async (request, response) => {
    const context = request.headers.traceparent;
    if (typeof context === 'string') sent.push(context);
    request.resume();
    // The last request waits until the page was read.
    if (sent.length === 5) await held.promise;
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(request.method === 'POST' ? ANSWER : '{}');
  });
  const load = ['--connections', '1', '--threads', '1', '--requests', '5', '--no-test', '--label', 'seen'];
  const watch = ['--traceparent', '--metrics', '127.0.0.1:0'];
  const replay = startCli(['replay', tape, '--target', server.url.href, ...load, ...watch]);
  const page = await replay.says(/can be watched at (\S+)/);
  let metrics = '';
  while (!metrics.includes('reprise_replay_sending 1') || sent.length < 5)
    metrics = await (await fetch(page)).text();
  assert.match(metrics, /^reprise_replay_run_info\{label="seen",.*load="1x1",run="1"\} 1$/m);
  assert.equal(sampleValue(metrics, 'reprise_replay_requests_in_flight'), 1);
  held.resolve();
  const { code, stderr } = await replay.ended;
  await server.close();
  assert.equal(code, 0, stderr);

  const db = new Database(tape, { readonly: true });
  const ids = db.prepare('SELECT trace_id FROM result_view ORDER BY seq').pluck().all() as readonly string[];
  db.close();
  assert.deepEqual(
    sent.map((context) => /^00-([0-9a-f]{32})-[0-9a-f]{16}-01$/.exec(context)?.[1]),
    ids,
  );
  assert.equal(new Set(ids).size, 5);
});
