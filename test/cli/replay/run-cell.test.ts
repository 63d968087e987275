import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { loadRequests } from '../../../src/cli/replay/load-requests.ts';
import type { ReplayCell } from '../../../src/cli/replay/loop-settings.ts';
import { type ReplaySession, runCell } from '../../../src/cli/replay/run-cell.ts';
import { openTapeThread } from '../../../src/cli/tape-file.ts';
import { wrkFigures } from '../../../src/measure/as/wrk-figures.ts';
import type { RunSummary } from '../../../src/measure/run-summary.ts';
import { systemClock } from '../../../src/model/clock.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { givenReplay } from '../../helpers/given-options.ts';
import { startLocalServer, unusedUrl } from '../../helpers/local-server.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const CELL: ReplayCell = {
  cell: { threads: 2, connections: 4 },
  load: { kind: 'closed', semantics: 'drain' },
};

const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

/** A session on a copy of the sample tape, handed to `use`, then closed. */
async function withSession(
  name: string,
  options: Parameters<typeof givenReplay>[0],
  use: (session: ReplaySession) => Promise<void>,
  signal = new AbortController().signal,
): Promise<void> {
  const path = sampleTape(folder, name);
  const reader = openTape(path);
  const tape = await openTapeThread(path, 'append');
  const settings = givenReplay({ timeout: '10s', ...options });
  try {
    const { target } = settings;
    await use({
      settings,
      target,
      label: 'x',
      loaded: loadRequests(reader, path, settings.requests),
      tape,
      reader,
      signal,
    });
  } finally {
    await tape.close();
    reader.close();
  }
}

function tapeOf(name: string): Database.Database {
  return new Database(join(folder, name));
}

async function madeRun(session: ReplaySession, repeat: number): Promise<RunSummary> {
  const summary = await runCell(session, CELL, repeat);
  assert.ok(summary !== null);
  return summary;
}

test('runs name their plans: equal on every server and for any number of requests, another for another seed', async () => {
  const { url } = await quickSimulator();
  const plans: unknown[] = [];
  for (const [i, options] of [{}, { requests: '5' }, { seed: '2' }].entries()) {
    await withSession(
      `plan-${i}.sqlite`,
      { target: url.href, requests: '3', ...options },
      async (session) => {
        const { id, settings } = await madeRun(session, 1);
        const run = session.reader.runs().find((one) => one.id === id);
        assert.deepEqual(run?.settings.plan, settings.plan);
        plans.push(settings.plan);
        const before = session.reader.runs().find(({ label }) => label === 'before');
        if (i < 2) assert.deepEqual(settings.plan, before?.settings.plan, 'that of the committed runs');
      },
    );
  }
  assert.deepEqual(plans[0], plans[1]);
  assert.notDeepEqual(plans[0], plans[2]);
});

test('a cell is run, written, measured and judged', async () => {
  const { url } = await quickSimulator();
  await withSession('good.sqlite', { target: url.href, requests: '56' }, async (session) => {
    const summary = await madeRun(session, 3);
    assert.deepEqual([summary.requests, summary.errors, summary.outcomes], [56, 0, { ok: 56 }]);
    assert.deepEqual([summary.label, summary.cell, summary.repeat], ['x', CELL.cell, 3]);
    assert.equal(summary.completionTokens, 2 * 1212, 'the tape twice over');
    const results = [...session.reader.results(summary.id)];
    const { requests, conversations } = session.loaded;
    const inOrder = conversations.flat().map(({ request }) => requests[request]?.exchangeId);
    assert.deepEqual(
      results.map(({ result }) => result.exchangeId),
      [...inOrder, ...inOrder],
      'every conversation in recorded order, its turns together',
    );
    const run = session.reader.runs().find(({ id }) => id === summary.id);
    assert.equal(run?.end?.health?.connectionsOpen, 4);
    assert.deepEqual(run?.end?.invalidReasons, summary.invalidReasons);
    const kinds = session.reader
      .serverStates({ runId: summary.id })
      .map(({ edge, kind }) => `${edge} ${kind}`);
    assert.deepEqual(new Set(kinds).size, kinds.length);
    for (const kind of ['start version', 'end metrics']) assert.ok(kinds.includes(kind), kinds.join());
  });
});

test('errors of the server are results and make the run invalid', async (t) => {
  const server = await startLocalServer((request, response) => {
    response.statusCode = request.method === 'POST' ? 500 : 404;
    request.resume().on('end', () => response.end('{"error":{"message":"out of order"}}'));
  });
  t.after(() => server.close());
  await withSession('errors.sqlite', { target: server.url.href, requests: '8' }, async (session) => {
    const summary = await madeRun(session, 1);
    assert.deepEqual([summary.errors, summary.valid, summary.outcomes.http_error], [8, false, 8]);
    assert.match(JSON.stringify(summary.invalidReasons), /requestsFailed","failed":8,"requests":8/);
  });
});

test('a target that does not answer is the user mistake, before any run is written', async () => {
  const target = await unusedUrl();
  await withSession('none.sqlite', { target: target.href, requests: '8' }, async (session) => {
    await assert.rejects(runCell(session, CELL, 1), (error) => {
      return error instanceof UserError && error.message.includes(target.host);
    });
    assert.equal(session.reader.runs().length, 12);
  });
});

test('a run that is stopped keeps what was done and is marked', async (t) => {
  const stop = new AbortController();
  let posts = 0;
  const server = await startLocalServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') posts += 1;
      if (request.method !== 'POST' || posts <= 8) response.end(ANSWER);
      else if (posts === 8 + CELL.cell.connections) stop.abort();
    });
  });
  t.after(() => server.close());
  await withSession(
    'stopped.sqlite',
    { target: server.url.href, duration: '60s', stream: 'off' },
    async (session) => {
      const summary = await madeRun(session, 1);
      assert.deepEqual([summary.stoppedEarly, summary.valid], [true, false]);
      assert.match(JSON.stringify(summary.invalidReasons), /stoppedEarly/);
      assert.deepEqual(summary.outcomes, { ok: 8, client_aborted: 4 });
      assert.equal(session.reader.runs().at(-1)?.end?.stoppedEarly, true);
    },
    stop.signal,
  );
});

test('a tape that is locked when a run begins puts its start off: nothing is sent before', async (t) => {
  const name = 'locked.sqlite';
  let posts = 0;
  const server = await startLocalServer((request, response) => {
    if (request.method === 'POST') posts += 1;
    request.resume().on('end', () => response.end('{}'));
  });
  t.after(() => server.close());
  await withSession(name, { target: server.url.href, requests: '4' }, async (session) => {
    const other = tapeOf(name);
    other.exec('BEGIN IMMEDIATE');
    let releasedUs = 0;
    setTimeout(() => {
      assert.equal(posts, 0);
      releasedUs = systemClock.nowUs();
      other.exec('COMMIT');
      other.close();
    }, 150);
    const { id } = await madeRun(session, 1);
    const run = session.reader.runs().find((candidate) => candidate.id === id);
    assert.ok((run?.startedUs ?? 0) > releasedUs, 'the tape has the start as it was put off');
    assert.equal(posts, 4);
    for (const { result } of session.reader.results(id)) assert.ok((result.sentUs ?? -1) >= 0);
  });
});

test('a result that could not be written makes its own run invalid, and no later one', async () => {
  const { url } = await quickSimulator();
  const name = 'lost.sqlite';
  await withSession(name, { target: url.href, requests: '28' }, async (session) => {
    const db = tapeOf(name);
    db.exec(`CREATE TRIGGER lose BEFORE INSERT ON results WHEN NEW.run_id = 13 AND NEW.seq IN (3, 5)
             BEGIN SELECT RAISE(ABORT, 'lost on purpose'); END`);
    db.close();
    const [first, second] = [await madeRun(session, 1), await madeRun(session, 2)];
    assert.equal(first.id, 13);
    assert.match(JSON.stringify(first.invalidReasons), /resultsLost","results":2/);
    assert.doesNotMatch(JSON.stringify(second.invalidReasons), /resultsLost/);
    assert.deepEqual([first.requests, second.requests], [26, 28]);
  });
});

test('a run has the number of threads that sent, not the number that was asked for', async () => {
  const { url } = await quickSimulator();
  await withSession('workers.sqlite', { target: url.href, requests: '8', workers: '8' }, async (session) => {
    assert.equal((await madeRun(session, 1)).settings.workers, 4);
  });
});

test('breaks of connections in use above 1 % are errors in rows, latencies, counts and not in the wrk block', async (t) => {
  const broken = { posts: 0, of: 0 };
  const server = await startLocalServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') broken.of += 1;
      // Each connection is new after its break, and is kept for the next nine.
      if (request.method !== 'POST' || broken.of % 10 !== 9) return response.end(ANSWER);
      broken.posts += 1;
      return request.socket.destroy();
    });
  });
  t.after(() => server.close());
  const cell: ReplayCell = { ...CELL, cell: { threads: 1, connections: 1 } };
  await withSession(
    'breaks.sqlite',
    { target: server.url.href, requests: '40', stream: 'off' },
    async (session) => {
      const summary = await runCell(session, cell, 1);
      assert.ok(summary !== null);
      const { health, outcomes, errors, e2elMs, errorKinds, id } = summary;
      const { posts: breaks } = broken;
      const again = health?.retried ?? 0;
      // One that this process notices late is not sent again.
      assert.ok(again > 0 && again <= breaks);
      assert.deepEqual(outcomes, { ok: 40 - breaks, upstream_aborted: breaks });
      const kinds = errorKinds.reduce((sum, { count }) => sum + count, 0);
      assert.deepEqual([errors, e2elMs.count, kinds], [breaks, 40 - breaks, breaks]);
      const results = [...session.reader.results(id)].map(({ result }) => result);
      assert.equal(results.filter(({ errorCode }) => errorCode === 'sent_twice').length, again);
      const run = session.reader.runs().find((one) => one.id === id);
      assert.ok(run !== undefined);
      const { complete, errors: wrk } = wrkFigures(run, results);
      assert.deepEqual([complete, wrk.read], [40 - (breaks - again), breaks]);
    },
  );
});

test('--honour-retry-after: the next request is planned for after the wait, and the run says what was asked for', async (t) => {
  let posts = 0;
  const server = await startLocalServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') posts += 1;
      if (request.method === 'POST' && posts === 1) response.writeHead(429, { 'retry-after': '1' });
      response.end(ANSWER);
    });
  });
  t.after(() => server.close());
  const cell: ReplayCell = { ...CELL, cell: { threads: 1, connections: 1 } };
  const options = { target: server.url.href, requests: '2', stream: 'off', honourRetryAfter: true } as const;
  await withSession('retry-after.sqlite', options, async (session) => {
    const summary = await runCell(session, cell, 1);
    assert.deepEqual(summary?.health?.retryAfter, { answers: 1, longestMs: 1_000 });
    assert.equal(summary?.settings.honoursRetryAfter, true);
    const [first, second] = [...session.reader.results(summary?.id ?? 0)].map(({ result }) => result);
    assert.ok(first !== undefined && second !== undefined);
    // Instants on the tape are whole microseconds.
    assert.ok(Math.abs(second.scheduledUs - first.finishedUs - 1e6) <= 1);
  });
});

test('a server that closes idle connections while it is asked for its state: none is opened inside the window', async (t) => {
  let posts = 0;
  let openedInWindow = 0;
  const server = await startLocalServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') posts += 1;
      if (request.url === '/metrics') server.server.closeIdleConnections();
      response.end('{}');
    });
  });
  t.after(() => server.close());
  server.server.on('connection', () => {
    if (posts > 0 && posts < 40) openedInWindow += 1;
  });
  await withSession('idle.sqlite', { target: server.url.href, requests: '40' }, async (session) => {
    const { health } = await madeRun(session, 1);
    assert.deepEqual([health?.connectionsOpen, health?.retried, openedInWindow], [4, 0, 0]);
  });
});
