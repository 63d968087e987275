import assert from 'node:assert/strict';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
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

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly status: { readonly code: number };
}

test('--metrics shows the run that is on; --traceparent and --otlp have the ids that the tape keeps', async () => {
  const tape = join(tempFolder(), 'watched.sqlite');
  oneRequestTape(tape, false);
  const sent: string[] = [];
  const collected: string[] = [];
  const [last, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const server = await startLocalServer(async (request, response) => {
    if (request.url === '/otel/v1/traces') {
      collected.push(await text(request));
      response.end('{}');
      return;
    }
    const context = request.headers.traceparent;
    if (typeof context === 'string') sent.push(context);
    request.resume();
    // The last request waits until the page was read.
    if (sent.length === 5) {
      last.resolve();
      await held.promise;
    }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(request.method === 'POST' ? ANSWER : '{}');
  });
  const load = ['--connections', '1', '--threads', '1', '--requests', '5', '--no-test', '--label', 'seen'];
  const watch = ['--traceparent', '--metrics', '127.0.0.1:0', '--otlp', `${server.url.origin}/otel`];
  const replay = startCli(['replay', tape, '--target', server.url.href, ...load, ...watch]);
  const page = await replay.says(/can be watched at (\S+)/);
  await Promise.race([last.promise, replay.ended]);
  const metrics = await (await fetch(page)).text();
  assert.equal(sampleValue(metrics, 'reprise_replay_sending'), 1);
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

  assert.equal(collected.length, 1);
  const spans = JSON.parse(collected[0] ?? '').resourceSpans[0].scopeSpans[0].spans as readonly Span[];
  assert.deepEqual(
    spans.map(({ traceId }) => traceId),
    ids,
  );
  assert.deepEqual(
    spans.map(({ spanId }) => spanId),
    sent.map((context) => context.split('-')[2]),
  );
  for (const { name, startTimeUnixNano, endTimeUnixNano, attributes, status } of spans) {
    assert.deepEqual([name, status.code], ['chat known', 1]);
    assert.ok(BigInt(endTimeUnixNano) > BigInt(startTimeUnixNano));
    const values = new Map(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
    assert.equal(values.get('gen_ai.usage.output_tokens'), '1');
    assert.equal(values.get('http.response.status_code'), '200');
    assert.equal(values.get('reprise.run.label'), 'seen');
    assert.equal(values.has('error.type'), false);
  }
});
