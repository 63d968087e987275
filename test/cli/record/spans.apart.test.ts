import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { CollectorError, openCollector } from '../../../src/cli/collector.ts';
import { createSpanQueue } from '../../../src/cli/record/span-queue.ts';
import { startSpans } from '../../../src/cli/record/spans.ts';
import type { SpannedExchange } from '../../../src/formats/writing/otlp-spans.ts';
import { systemTimers } from '../../../src/model/clock.ts';
import { httpCall } from '../../helpers/http-call.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../../helpers/quick-simulator.ts';
import { recorderCli } from '../../helpers/recorder-cli.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
  readonly events: readonly { readonly timeUnixNano: string }[];
}

const spansOf = (body: string): readonly Span[] => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans;

const EXCHANGE: SpannedExchange = {
  id: 1,
  path: '/v1/chat/completions',
  model: 'm',
  outcome: 'ok',
  status: 200,
  promptTokens: 1,
  completionTokens: 1,
  server: 'http://gpu-1:8000',
  upstream: 'http://gpu-1:8000',
  fromUs: 1,
  ttftUs: null,
  e2elUs: 1,
  traceparent: null,
};
const exchanges = (n: number): readonly SpannedExchange[] =>
  Array.from({ length: n }, (_, id) => ({ ...EXCHANGE, id }));

test('record --otlp sends what is on the tape, as export writes it, below the trace of the client', async () => {
  const { url: upstream } = await quickSimulator();
  const bodies: string[] = [];
  const collector = await startLocalServer(async (request, response) => {
    assert.deepEqual(
      [request.url, request.headers['content-type'], request.headers.authorization],
      ['/otel/v1/traces', 'application/json', `Basic ${btoa('me:PLANTED')}`],
    );
    bodies.push(await text(request));
    response.end('{"partialSuccess":{}}');
  });
  const folder = tempFolder();
  const otlp = `http://me:PLANTED@${collector.url.host}/otel/`;
  const path = join(folder, 'spans.sqlite');
  const { chat, stop } = await recorderCli(upstream, path, '--otlp', otlp);
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
  await httpCall(chat, { ...REFERENCE_REQUEST, stream: true }, { headers });
  await httpCall(chat, REFERENCE_REQUEST);
  await httpCall(chat, { stars: 5 });
  const { stderr } = await stop();
  await collector.close();
  assert.match(stderr, /sent 2 spans to http:\/\/127\.0\.0\.1:\d+\/otel\/v1\/traces/);
  assert.equal(`${stderr}${readFileSync(path, 'latin1')}`.includes('PLANTED'), false);

  const out = join(folder, 'spans.jsonl');
  const exported = await runCli(['export', path, '--format', 'otlp', '--out', out]);
  assert.equal(exported.code, 0, exported.stderr);
  const written = readFileSync(out, 'utf8').trim().split('\n').flatMap(spansOf);
  const sent = bodies.flatMap(spansOf);
  assert.deepEqual(sent, written);
  const [first, second] = sent;
  assert.deepEqual([first?.traceId, first?.parentSpanId], [trace, '00f067aa0ba902b7']);
  assert.equal(second?.parentSpanId, undefined);
  const values = new Map(first?.attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
  const ttftS = Number(values.get('gen_ai.latency.time_to_first_token'));
  assert.ok(ttftS > 0 && ttftS < Number(values.get('gen_ai.latency.e2e')));
  assert.ok(BigInt(first?.events[0]?.timeUnixNano ?? 0) > BigInt(first?.startTimeUnixNano ?? 0));
});

test('spans that a collector cannot take now are sent again; those that it refuses are counted and left', async () => {
  const said: string[] = [];
  const answers = [503, 503, 200, 400, 200];
  const pauses: number[] = [];
  const timers = {
    ...systemTimers,
    after(ms: number, then: () => void) {
      pauses.push(ms);
      return { immediate: setImmediate(then) };
    },
  };
  const sizes: number[] = [];
  const queue = createSpanQueue(
    async (batch) => {
      sizes.push(batch.length);
      const answer = answers.shift() ?? 0;
      if (answer !== 200) throw new CollectorError(`${answer}`, answer === 503);
      return answers.length === 0 ? 3 : 0;
    },
    timers,
    {
      sent: (n) => said.push(`sent ${n}`),
      lost: (n, why) => said.push(`lost ${n}: ${why}`),
      failed: (why) => said.push(why),
    },
  );
  queue.add(exchanges(1200));
  await queue.idle();
  assert.deepEqual(sizes, [500, 500, 500, 500, 200]);
  assert.deepEqual(pauses, [1000, 2000]);
  const rejected = 'lost 3: the collector rejected them';
  assert.deepEqual(said, ['503', '503', 'sent 500', 'lost 500: 400', 'sent 197', rejected]);
});

test('what a collector says: accepted, in part, not now, never', async () => {
  const answers = [
    [200, '{}'],
    [200, '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}'],
    [429, ''],
    [401, ''],
  ] as const;
  let asked = 0;
  const server = await startLocalServer((_request, response) => {
    const [status, body] = answers[asked++] ?? [500, ''];
    response.writeHead(status).end(body);
  });
  const { send } = openCollector(server.url);
  assert.equal(await send({}), 0);
  assert.equal(await send({}), 2);
  await assert.rejects(send({}), { message: 'the collector answers 429', isPassing: true });
  await assert.rejects(send({}), { message: 'the collector answers 401', isPassing: false });
  await server.close();
  await assert.rejects(send({}), { isPassing: true });
});

test('a collector that hangs holds nothing up: what waits is bounded, the rest is dropped and said', async () => {
  const hanging = await startLocalServer(() => undefined);
  const said: string[] = [];
  const warn = (sentence: string): void => void said.push(sentence);
  const log = { info: warn, warn, progress: () => () => undefined };
  const spans = startSpans(hanging.url, new URL('http://gpu-1:8000'), log);
  const capture = {
    startedAtMs: 0,
    startedUs: 0,
    upstream: '',
    toolVersion: '',
    settings: {},
    redaction: {},
  };
  const sample = { ...EXCHANGE, bytes: 0, e2elUs: 1 };
  const exchange = { id: 1, path: '/', model: null, arrivedUs: 0, traceparent: null };
  const many = Array.from({ length: 15_000 }, () => ({ ...sample, exchange }));
  spans.add([sample], capture);
  spans.add(many, capture);
  spans.add(many, capture);
  assert.deepEqual(spans.counts(), { sent: 0, dropped: 10_000, waiting: 20_000 });
  await spans.finish(0);
  assert.deepEqual(spans.counts(), { sent: 0, dropped: 30_000, waiting: 0 });
  assert.match(said[0] ?? '', /^spans are dropped that should go to .*\/v1\/traces: 20000 of them wait$/);
  assert.match(said[1] ?? '', /^sent 0 spans to .*, 30,?000 spans could not be sent$/);
  await hanging.close();
});
