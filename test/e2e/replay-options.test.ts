import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import type { Result } from '../../src/model/result.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { type LocalServer, startLocalServer } from '../helpers/local-server.ts';
import { quickSimulator } from '../helpers/quick-simulator.ts';
import { type CliOptions, runCli } from '../helpers/run-cli.ts';
import { SAMPLE_TAPE, sampleTape } from '../helpers/sample-tape.ts';
import { selfSigned } from '../helpers/self-signed.ts';
import { tempFolder } from '../helpers/temp-folder.ts';
import { type WrittenExchange, writeTape } from '../helpers/written-tape.ts';

/** Every option of `reprise replay`, as a user types it, against the simulated server. */

const folder = tempFolder();
let tapes = 0;

interface Replayed {
  readonly runs: readonly RunSummary[];
  readonly stderr: string;
  /** Of each run, in order of the plan. */
  readonly results: readonly (readonly Result[])[];
}

/** Replays a tape (a copy of the sample unless another is given) and reads its runs back. */
async function replay(
  target: URL,
  args: readonly string[],
  path = sampleTape(folder, `options-${++tapes}.sqlite`),
  options?: CliOptions,
): Promise<Replayed> {
  // A test request would be one more than these tests count, or meet what they script for the first.
  const words = [
    'replay',
    path,
    '--target',
    target.href,
    ...args,
    '--no-test',
    '--label',
    `l${tapes}`,
    '--json',
  ];
  const { code, stdout, stderr } = await runCli(words, options);
  assert.equal(code, 0, stderr);
  const { runs } = JSON.parse(stdout) as { runs: RunSummary[] };
  const tape = openTape(path);
  const results = runs.map(({ id }) => [...tape.results(id)].map(({ result }) => result));
  tape.close();
  return { runs, stderr, results };
}

const only = <T>(items: readonly T[]): T => {
  assert.equal(items.length, 1);
  return items[0] as T;
};

interface Tap extends LocalServer {
  readonly seen: {
    readonly headers: NodeJS.Dict<string | string[]>;
    readonly body: Record<string, unknown>;
  }[];
}

/** Stands before the simulator and keeps what completions it is asked for. */
async function tapBefore(target: URL): Promise<Tap> {
  const seen: Tap['seen'] = [];
  const server = await startLocalServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      if (incoming.url?.includes('completions')) {
        seen.push({ headers: incoming.headers, body: JSON.parse(body.toString()) });
      }
      const { host: _host, ...headers } = incoming.headers;
      const options = { method: incoming.method ?? 'GET', headers };
      const call = request(new URL(incoming.url ?? '/', target), options, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      call.on('error', () => response.destroy());
      response.on('close', () => call.destroy());
      call.end(body);
    });
  });
  return { ...server, seen };
}

test('--time-scale 2: every conversation begins in half its recorded time, once through the tape', async () => {
  const { url } = await quickSimulator();
  const { runs, results } = await replay(url, ['--time-scale', '2']);
  const { cell, settings, requests, health } = only(runs);
  assert.deepEqual(settings.load, {
    kind: 'open',
    arrivals: { kind: 'recorded', timeScale: 2 },
    maxInFlight: null,
  });
  assert.ok((cell.ratePerSec ?? 0) > 0);
  assert.equal(requests, 28);
  assert.ok((health?.scheduleLagP50Ms ?? Number.NaN) >= 0);
  const tape = openTape(SAMPLE_TAPE);
  const exchanges = new Map([...tape.exchanges()].map((exchange) => [exchange.id, exchange]));
  const first = Math.min(...[...exchanges.values()].map(({ arrivedUs }) => arrivedUs));
  tape.close();
  let firsts = 0;
  for (const { exchangeId, scheduledUs } of only(results)) {
    const exchange = exchanges.get(exchangeId);
    // Later turns follow their predecessor's end, not the tape's clock.
    if ((exchange?.messages ?? 1) > 1) continue;
    firsts += 1;
    assert.ok(
      Math.abs(scheduledUs - ((exchange?.arrivedUs ?? 0) - first) / 2) <= 1,
      `exchange ${exchangeId}`,
    );
  }
  assert.ok(firsts > 20);
});

test('--rate and --arrivals poisson: one schedule for one seed, another for another', async () => {
  const { url } = await quickSimulator();
  const args = ['--rate', '60/s', '--arrivals', 'poisson', '--requests', '30', '--seed'];
  const schedules: string[] = [];
  for (const seed of ['7', '7', '8']) {
    const { results, runs } = await replay(url, [...args, seed]);
    assert.equal(only(runs).settings.seed, Number(seed));
    // Turns after the first hang on the answers before them.
    const firsts = only(results).filter(({ seq }) => seq < 20);
    schedules.push(
      firsts.map(({ seq, exchangeId, scheduledUs }) => `${seq} ${exchangeId} ${scheduledUs}`).join(),
    );
  }
  assert.equal(schedules[0], schedules[1]);
  assert.notEqual(schedules[0], schedules[2]);
});

test('--rate LIST with --arrivals gamma:3: a cell for each rate', async () => {
  const { url } = await quickSimulator();
  const { runs } = await replay(url, ['--rate', '50/s,100/s', '--arrivals', 'gamma:3', '--requests', '10']);
  assert.deepEqual(
    runs.map(({ cell, requests }) => [cell.ratePerSec, requests]),
    [
      [50, 10],
      [100, 10],
    ],
  );
});

test('--max-in-flight: waiting requests count as late, and the run reports that its loop is no longer open', async () => {
  const { url } = await quickSimulator({ timeScale: 20 });
  const { runs, results } = await replay(url, [
    '--rate',
    '200/s',
    '--requests',
    '20',
    '--max-in-flight',
    '1',
  ]);
  const { health, valid, invalidReasons } = only(runs);
  assert.ok((health?.lateByCap ?? 0) > 10);
  assert.equal(valid, false);
  assert.ok(invalidReasons.some(({ kind }) => kind === 'throttled'));
  const sent = only(results).toSorted((a, b) => (a.sentUs ?? 0) - (b.sentUs ?? 0));
  for (const [i, { finishedUs }] of sent.entries()) {
    assert.ok((sent[i + 1]?.sentUs ?? Number.POSITIVE_INFINITY) >= finishedUs, 'one at a time');
  }
});

test('conversations keep their order on one connection, with --think, shuffled or not', async () => {
  const { url } = await quickSimulator();
  for (const order of ['recorded', 'shuffled']) {
    const args = ['--connections', '10', '--requests', '56', '--think', '20ms', '--order', order];
    const { results, runs } = await replay(url, args);
    assert.equal(only(runs).settings.conversations < 28, true);
    const bySeq = only(results);
    assert.deepEqual(new Set(bySeq.map(({ exchangeId }) => exchangeId)).size, 28);
    const tape = openTape(SAMPLE_TAPE);
    const sessions = new Map(
      [...tape.exchanges()].map(({ id, sessionKey, messages }) => [id, { sessionKey, messages }]),
    );
    tape.close();
    let turns = 0;
    for (const [i, result] of bySeq.entries()) {
      const [before, now] = [bySeq[i - 1], sessions.get(result.exchangeId)];
      if (before === undefined || now?.sessionKey === null || (now?.messages ?? 1) === 1) continue;
      turns += 1;
      assert.equal(sessions.get(before.exchangeId)?.sessionKey, now?.sessionKey);
      assert.equal(before.connection, result.connection);
      assert.ok((result.sentUs ?? 0) - before.finishedUs >= 18_000, 'thinks between turns');
    }
    assert.equal(turns, 12);
  }
});

test('--select, --limit and --no-loop: what is sent, and what is counted as left out', async () => {
  const { url } = await quickSimulator();
  const args = ['--connections', '10', '--no-loop', '--select', 'stream=on status=200', '--limit', '5'];
  const { runs, results } = await replay(url, args);
  const { settings, requests } = only(runs);
  assert.equal(requests, 5);
  assert.ok(only(results).every(({ streamed }) => streamed));
  assert.deepEqual(settings.skipped, [
    { kind: 'notSelected', requests: 12, text: 'not selected' },
    { kind: 'beyondLimit', requests: 11, text: 'beyond --limit' },
  ]);
});

test('--model, --stream, --set, --usage, --lengths, --header and --api-key-env reach the server, and the run lists changes', async () => {
  const { url } = await quickSimulator({ model: 'other' });
  const tap = await tapBefore(url);
  const args = [
    '--connections',
    '10',
    '--no-loop',
    '--model',
    'other',
    '--stream',
    'on',
    '--usage',
    'continuous',
  ];
  const more = ['--header', 'X-Team: blue', '--api-key-env', 'SOME_KEY'];
  const { runs } = await replay(tap.url, [...args, ...more], undefined, { env: { SOME_KEY: 'sesame' } });
  const { settings, errors } = only(runs);
  assert.equal(errors, 0);
  assert.equal(tap.seen.length, 28);
  for (const { headers, body } of tap.seen) {
    assert.deepEqual([headers['x-team'], headers.authorization], ['blue', 'Bearer sesame']);
    assert.deepEqual(
      [body.model, body.stream, body.ignore_eos, body.stream_options],
      ['other', true, true, { include_usage: true, continuous_usage_stats: true }],
    );
  }
  assert.ok(settings.changes.length >= 4, JSON.stringify(settings.changes));
  assert.equal(settings.lengths, 'pinned');
  assert.ok(!JSON.stringify(settings.commandLine).includes('blue'), 'values of headers are not kept');

  tap.seen.length = 0;
  await replay(tap.url, [
    '--connections',
    '10',
    '--no-loop',
    '--model',
    'other',
    '--lengths',
    'free',
    '--stream',
    'off',
    '--set',
    'temperature=0.25',
    '--set',
    'stop=null',
  ]);
  assert.ok(
    tap.seen.every(
      ({ body }) => body.stream !== true && body.ignore_eos === undefined && body.temperature === 0.25,
    ),
  );
  await tap.close();
});

test('no secret of the command line is stored on the tape', async () => {
  const { url } = await quickSimulator();
  const path = sampleTape(folder, 'secrets.sqlite');
  const target = new URL(url);
  Object.assign(target, { username: 'me', password: 'hush-1' });
  await replay(
    target,
    [
      ...['--connections', '10', '--requests', '10', '--header', 'X-Key: hush-2'],
      ...['--server-command', 'echo done # -H "Authorization: Bearer hush-3" SOME_TOKEN=hush-4'],
    ],
    path,
  );
  assert.doesNotMatch(readFileSync(path, 'latin1'), /hush-/);
});

/** Prompts that begin alike, long enough for whole blocks. */
const SHARED: readonly WrittenExchange[] = [1, 2, 3, 4].map((n) => ({
  body: {
    model: 'deepseek-14b',
    messages: [
      { role: 'user', content: `${'The tenant keeps the garden in order. '.repeat(60)} Question ${n}?` },
    ],
    max_tokens: 4,
    stream: true,
  },
}));

test('--cache: warm finds what earlier runs left, salt only what its own pass left, reset asks the server', async () => {
  // vLLM 0.8.5 ignores salts.
  const { url } = await quickSimulator({ dialect: 'v0.32' });
  const path = join(folder, 'shared.sqlite');
  writeTape(path, SHARED);
  const hitRate = async (...args: string[]): Promise<number> => {
    const { runs } = await replay(url, ['--connections', '1', '--threads', '1', '--no-loop', ...args], path);
    return only(runs).server?.prefixCache?.hitRate ?? Number.NaN;
  };
  const cold = await hitRate('--cache', 'reset');
  const warm = await hitRate();
  const salted = await hitRate('--cache', 'salt');
  const reset = await hitRate('--cache', 'reset');
  assert.ok(warm > 0.9, `warm ${warm}`);
  // Of four prompts that begin alike the first finds nothing.
  for (const rate of [cold, salted, reset]) assert.ok(rate > 0.5 && rate < 0.8, `${rate}`);
});

test('--cache reset: a refusal of the server is reported, and the run keeps the reason', async () => {
  const server = await startLocalServer((incoming, response) => {
    if (incoming.url === '/reset_prefix_cache') response.writeHead(404).end();
    else response.end('{"choices":[{"finish_reason":"stop"}]}');
  });
  const { stderr, runs } = await replay(server.url, ['--connections', '10', '--no-loop', '--cache', 'reset']);
  await server.close();
  assert.match(stderr, /the server answered 404 to POST \/reset_prefix_cache/);
  assert.match(JSON.stringify(only(runs).settings.cacheRefusal), /"status":404/);
});

const ABORTED: readonly WrittenExchange[] = [
  {
    body: {
      model: 'deepseek-14b',
      messages: [{ role: 'user', content: 'Why?' }],
      max_tokens: 200,
      stream: true,
    },
    answer: { outcome: 'client_aborted', finishReason: null, completionTokens: 3, tokenSource: 'chunks' },
  },
  {
    body: {
      model: 'deepseek-14b',
      messages: [{ role: 'user', content: 'How?' }],
      max_tokens: 5,
      stream: true,
    },
  },
];

/**
 * A server that sends three tokens of the long answer and then nothing, until its client leaves or it is released; so
 * where a client cuts does not depend on how fast either of them is.
 */
async function startHesitantServer(): Promise<LocalServer & { release(): void }> {
  let held = true;
  const open = new Set<() => void>();
  const token = '{"choices":[{"index":0,"delta":{"content":" a"},"finish_reason":null}]}';
  const end = '{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}';
  const events = (...data: readonly string[]): string => data.map((text) => `data: ${text}\n\n`).join('');
  const server = await startLocalServer(async (incoming, response) => {
    if (incoming.method !== 'POST') return void response.end('{}');
    const { max_tokens } = (await json(incoming)) as { readonly max_tokens: number };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events(token, token, token));
    const finish = (): void => void response.end(events(end, '[DONE]'));
    if (held && max_tokens === 200) open.add(finish);
    else finish();
  });
  return {
    ...server,
    release() {
      held = false;
      for (const finish of open) finish();
    },
  };
}

test('--aborts: replayed at the same token, ignored, or completed', async () => {
  const server = await startHesitantServer();
  const outcomes = async (kind: string) => {
    const path = join(folder, `aborts-${kind}.sqlite`);
    writeTape(path, ABORTED);
    const args = ['--connections', '10', '--no-loop', '--aborts', kind];
    const { runs, results } = await replay(server.url, args, path);
    return { run: only(runs), results: only(results) };
  };
  const replayed = await outcomes('replay');
  const [cut] = replayed.results;
  assert.deepEqual([cut?.outcome, cut?.plannedAbort, cut?.completionTokens], ['client_aborted', true, 3]);
  assert.deepEqual([replayed.run.errors, replayed.run.plannedAborts], [0, 1]);

  const ignored = await outcomes('ignore');
  assert.equal(ignored.results.length, 1);

  server.release();
  const completed = await outcomes('complete');
  assert.deepEqual(
    completed.results.map(({ outcome }) => outcome),
    ['ok', 'ok'],
  );
  await server.close();
});

test('--semantics wrk: what is in flight at the end never happened, and the block is wrk alone', async () => {
  const { url } = await quickSimulator({ timeScale: 20 });
  const path = sampleTape(folder, 'wrk.sqlite');
  const args = ['--semantics', 'wrk', '--threads', '3', '--connections', '10', '--duration', '1s'];
  const { runs, results } = await replay(url, args, path);
  const { id, drained, health, requests } = only(runs);
  assert.equal(drained, 0);
  assert.equal(health?.connectionsOpen, 9, "wrk's remainder is lost");
  assert.ok(only(results).every(({ finishedUs }) => finishedUs <= 1.1e6));
  const { stdout } = await runCli(['report', path, '--run', String(id), '--format', 'wrk']);
  assert.match(
    stdout,
    new RegExp(`^Running 1s test @ ${url.origin}/v1/chat/completions\n {2}3 threads and 10 connections\n`),
  );
  assert.match(stdout, new RegExp(`\n {2}${requests} requests in `));
});

test('--warmup is sent before the clock starts and kept out; --workers 2 loses nothing; --slo gives goodput', async () => {
  const { url } = await quickSimulator();
  const tap = await tapBefore(url);
  const args = [
    '--connections',
    '10',
    '--requests',
    '40',
    '--warmup',
    '12',
    '--workers',
    '2',
    '--slo',
    'ttft=5s,tpot=1s',
  ];
  const { runs, results } = await replay(tap.url, args);
  const { requests, goodput, settings } = only(runs);
  assert.equal(requests, 40);
  assert.equal(tap.seen.length, 52);
  assert.deepEqual([settings.workers, settings.warmup], [2, { requests: 12 }]);
  assert.equal(goodput?.share, 1);
  assert.deepEqual(
    only(results).map(({ seq }) => seq),
    Array.from({ length: 40 }, (_, i) => i),
  );
  await tap.close();
});

test('more --workers than connections, or than --max-in-flight: every cell ends and sends all', async () => {
  const { url } = await quickSimulator();
  const closed = ['--threads', '1', '--connections', '1,20', '--workers', '2', '--requests', '20'];
  const open = ['--rate', '200', '--max-in-flight', '1', '--workers', '2', '--requests', '20'];
  for (const [args, cells] of [
    [closed, 2],
    [open, 1],
  ] as const) {
    const { runs, results } = await replay(url, args);
    assert.deepEqual(
      runs.map(({ requests, errors }) => [requests, errors]),
      Array.from({ length: cells }, () => [20, 0]),
    );
    for (const seqs of results.map((run) => run.map(({ seq }) => seq)))
      assert.deepEqual(
        seqs,
        Array.from({ length: 20 }, (_, i) => i),
      );
  }
});

test('--ca: a target whose authority is private is trusted, and refused with the remedy without it', async (t) => {
  const { key, cert } = selfSigned();
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, cert);
  const asked = new Set<string | undefined>();
  const server = createServer({ key, cert }, (incoming, response) => {
    asked.add(incoming.url);
    incoming.resume().on('end', () => response.end('{"choices":[{"finish_reason":"stop"}]}'));
  }).listen(0);
  t.after(() => server.close());
  await once(server, 'listening');
  const target = new URL(`https://localhost:${(server.address() as AddressInfo).port}`);
  const args = [
    '--connections',
    '2',
    '--threads',
    '1',
    '--requests',
    '4',
    '--stream',
    'off',
    '--cache',
    'reset',
  ];
  const { runs } = await replay(target, [...args, '--ca', ca]);
  assert.deepEqual(only(runs).outcomes, { ok: 4 });
  assert.ok(asked.has('/metrics') && asked.has('/reset_prefix_cache'), 'its own questions trust it too');
  const trusting = await replay(target, [...args, '--insecure']);
  assert.deepEqual(only(trusting.runs).outcomes, { ok: 4 });
  const path = sampleTape(folder, 'untrusted.sqlite');
  const { code, stderr } = await runCli(['replay', path, '--target', target.href, ...args]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^reprise: cannot reach https:.*self-signed.*: give the certificate of its authority with --ca, or trust any with --insecure$/m,
  );
});
