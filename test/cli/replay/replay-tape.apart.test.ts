import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { clientOnly, exitOf } from '../../../src/cli/replay/replay-tape.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { eventually } from '../../helpers/http-call.ts';
import { startLocalServer } from '../../helpers/local-server.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { CLI_ENTRY, runCli, startCli } from '../../helpers/run-cli.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();
const ANSWER = JSON.stringify({
  choices: [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});
const STATS = ['mean', 'stdev', 'p50', 'p90', 'p95', 'p99', 'max', 'count'];

test('--json has the documented shape, and the same runs are on the tape', async () => {
  const { url } = await quickSimulator();
  const path = sampleTape(folder, 'json.sqlite');
  const { code, stdout, stderr } = await runCli([
    'replay',
    path,
    '--target',
    url.href,
    '--matrix',
    '2x4,2x8',
    '--requests',
    '28',
    '--label',
    'third',
    '--json',
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /wrote 2 runs labelled third to /);
  const { runs, findings } = JSON.parse(stdout);
  assert.deepEqual(
    runs.map((run: { id: number; cell: unknown }) => [run.id, run.cell]),
    [
      [13, { threads: 2, connections: 4 }],
      [14, { threads: 2, connections: 8 }],
    ],
  );
  const noErrors = findings.find(({ kind }: { kind: string }) => kind === 'noErrors');
  assert.deepEqual([noErrors?.label, noErrors?.section, noErrors?.requests], ['third', 'finding', 56]);
  assert.match(noErrors?.text, /failed/);
  for (const run of runs) {
    const { label, target, requests, errors, outcomes } = run;
    assert.deepEqual(
      { label, target, requests, errors, outcomes },
      { label: 'third', target: url.origin, requests: 28, errors: 0, outcomes: { ok: 28 } },
    );
    for (const name of ['durationMs', 'requestsPerSec', 'bytesPerSec', 'outputTokensPerSec']) {
      assert.ok(run[name] > 0, name);
    }
    for (const name of ['e2elMs', 'ttftMs', 'tpotMs', 'itlMs']) {
      assert.deepEqual(Object.keys(run[name]), STATS);
      assert.ok(run[name].count > 0, name);
    }
    assert.equal(typeof run.valid, 'boolean');
    assert.ok(Array.isArray(run.invalidReasons));
  }
  assert.equal(existsSync(`${path}-wal`), false, 'one file is left, readable also where nobody may write');
  const tape = openTape(path);
  assert.deepEqual(
    tape
      .runs()
      .slice(12)
      .map(({ label }) => label),
    ['third', 'third'],
  );
  assert.equal(tape.resultCount(14), 28);
  tape.close();
});

test('a run of which most answers break off inside a 200 is stopped, and the command ends with 4', async (t) => {
  const server = await startLocalServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('content-type', 'text/event-stream');
      response.end('data: {"error":{"message":"engine died","code":500}}\n\ndata: [DONE]\n\n');
    });
  });
  t.after(() => server.close());
  const path = sampleTape(folder, 'broken.sqlite');
  const args = ['--connections', '2', '--duration', '50s', '--stream', 'on', '--no-test', '--json'];
  const { code, stdout, stderr } = await runCli(['replay', path, '--target', server.url.href, ...args]);
  assert.equal(code, 4, stderr);
  const [run] = JSON.parse(stdout).runs;
  assert.deepEqual([run.stoppedEarly, run.valid, run.outcomes.ok], [true, false, 0]);
  assert.ok(run.outcomes.stream_error >= 50);
});

const BUSY = {
  valid: false,
  invalidReasons: [{ kind: 'loopBusy', utilization: 1, limit: 0.9, tryWorkers: 2 }],
} as const;
const FAILED = { valid: false, invalidReasons: [{ kind: 'noneSucceeded' }] } as const;
const VALID = { valid: true, invalidReasons: [] } as const;

test('exit code 4 needs that no run is valid and one failed; a busy client alone is reported and is not a failure', () => {
  assert.deepEqual(
    [exitOf([FAILED, BUSY]), exitOf([FAILED, VALID]), exitOf([BUSY]), exitOf([])],
    [4, 0, 0, 0],
  );
  assert.match(clientOnly([BUSY, BUSY]).join(), /only this load generator was too busy/);
  assert.deepEqual(
    [BUSY, FAILED, VALID].map((run) => clientOnly([BUSY, run]).length),
    [1, 0, 0],
  );
  assert.deepEqual(clientOnly([]), []);
});

test('a start that has passed ends the command before the target is asked and the part is made', async () => {
  const out = join(folder, 'late.sqlite');
  const load = ['--connections', '4', '--shard', '0/2', '--start-at', '2020-01-01T00:00:00Z', '--out', out];
  const { code, stderr } = await runCli([
    'replay',
    sampleTape(folder, 'l.sqlite'),
    '--target',
    'http://[::1]:9',
    ...load,
  ]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^reprise: --start-at 2020-01-01T00:00:00.000Z has passed, it is .*: choose a later time\n$/,
  );
  assert.equal(existsSync(out), false);
});

test('an --out that is there already ends the command before the target is asked for anything', async (t) => {
  let asked = 0;
  const server = await startLocalServer((_request, response) => {
    asked += 1;
    response.end(ANSWER);
  });
  t.after(() => server.close());
  const [path, out] = [sampleTape(folder, 'o.sqlite'), sampleTape(folder, 'there.sqlite')];
  const { code, stderr } = await runCli(['replay', path, '--target', server.url.href, '--out', out]);
  assert.deepEqual([code, asked], [1, 0]);
  assert.match(stderr, /^reprise: \S+there\.sqlite exists already: choose another --out, .*\n$/);
});

test('too few file descriptors are named as such', { skip: process.platform === 'win32' }, async () => {
  const { url } = await quickSimulator();
  const path = sampleTape(folder, 'files.sqlite');
  const load = ['--connections', '300', '--requests', '300'];
  const command = [CLI_ENTRY, 'replay', path, '--target', url.href, ...load];
  const cases = [
    [100, /^reprise: 300 connections need more open files .*ulimit -n/m],
    [26, /^reprise: this process may not open any more files: .*ulimit -n\n$/],
    [30, /^reprise: this process may not open any more files: .*ulimit -n\n$/],
  ] as const;
  for (const [files, words] of cases) {
    const shell = ['-c', `ulimit -n ${files}; exec "$@"`, 'sh', process.execPath, ...command];
    const limited = spawn('sh', shell, { timeout: 30_000 });
    const [stderr, [code]] = await Promise.all([text(limited.stderr), once(limited, 'close')]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, words);
  }
});

test('the table goes to stdout, messages to stderr; a default label; repeats are numbered on', async () => {
  const { url } = await quickSimulator();
  const path = sampleTape(folder, 'text.sqlite');
  const args = [
    'replay',
    path,
    '--target',
    url.href,
    '--threads',
    '2',
    '--connections',
    '4',
    '--requests',
    '16',
  ];
  const first = await runCli([...args, '--repeat', '2']);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^run-13: http:\/\/127\.0\.0\.1:\d+\nload {2}req\/s/m);
  assert.doesNotMatch(first.stdout, /reprise:/);
  await runCli([...args, '--label', 'run-13']);
  const tape = openTape(path);
  assert.deepEqual(
    tape
      .runs()
      .slice(12)
      .map(({ label, settings }) => [label, settings.repeat]),
    // A run that this machine spoiled is made again, and counted on.
    Array.from({ length: tape.runs().length - 12 }, (_, i) => ['run-13', i + 1]),
  );
  assert.ok(tape.runs().length - 12 >= 3);
  tape.close();
});

test('Ctrl-C: what was done is kept and marked as stopped early, the rest is not begun, exit 130', async (t) => {
  const [answered, connections] = [8, 4];
  const allHeld = Promise.withResolvers<void>();
  let posts = 0;
  // What is in flight is known: a connection for each request that is held.
  const server = await startLocalServer((request, response) => {
    request.resume().on('end', () => {
      if (request.method === 'POST') posts += 1;
      if (request.method !== 'POST' || posts <= answered) response.end(ANSWER);
      else if (posts === answered + connections) allHeld.resolve();
    });
  });
  t.after(() => server.close());
  const path = sampleTape(folder, 'stopped.sqlite');
  const load = ['--matrix', '2x4,2x8', '--duration', '600s', '--stream', 'off', '--no-test', '--json'];
  const replay = startCli(['replay', path, '--target', server.url.href, ...load]);
  await Promise.race([allHeld.promise, replay.ended]);
  replay.interrupt();
  const { code, stdout, stderr } = await replay.ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /stopping, keeping what was done/);
  const document = JSON.parse(stdout);
  assert.equal(document.runs.length, 1);
  const [run] = document.runs;
  assert.deepEqual(run.outcomes, { ok: answered, client_aborted: connections });
  assert.equal(run.errors, 0, 'what was in flight is cut and kept, and no error of the server');
  assert.deepEqual([run.stoppedEarly, run.valid], [true, false]);
  assert.match(JSON.stringify(run.invalidReasons), /stoppedEarly.*"text":"the run is incomplete/);
  const tape = openTape(path);
  assert.deepEqual([tape.runs().length, tape.runs().at(-1)?.end?.stoppedEarly], [13, true]);
  assert.equal(tape.resultCount(13), run.requests);
  tape.close();
});

test('Ctrl-C while a server takes connections and does not answer: nothing was begun, exit 130', async () => {
  const server = await startLocalServer(() => undefined);
  const path = sampleTape(folder, 'silent.sqlite');
  for (const workers of ['1', '2']) {
    const asked = once(server.server, 'request');
    const args = ['replay', path, '--target', server.url.href, '--matrix', '2x4', '--workers', workers];
    const replay = startCli(args);
    await asked;
    replay.interrupt();
    const { code, stdout, stderr } = await replay.ended;
    assert.deepEqual([code, stdout], [130, ''], stderr);
  }
  await server.close();
  assert.equal(runs(path), 12);
});

test('a second Ctrl-C ends at once, whatever the replay waits for; the tape has what was done', async () => {
  let silent = false;
  const server = await startLocalServer((request, response) => {
    request.resume();
    if (request.method === 'GET' && !silent) response.end('{}');
  });
  const path = sampleTape(folder, 'twice.sqlite');
  const replay = startCli([
    'replay',
    path,
    '--target',
    server.url.href,
    '--matrix',
    '2x4',
    '--duration',
    '60s',
    '--no-test',
  ]);
  await once(server.server, 'request');
  await eventually(() => runs(path) === 13);
  // From now on it does not tell its state either, so the replay has something to wait for.
  silent = true;
  replay.interrupt();
  await replay.says(/press Ctrl-C again/);
  replay.interrupt();
  const { code, stdout } = await replay.ended;
  // One that waits prints its run.
  assert.deepEqual([code, stdout], [130, '']);
  await server.close();
  assert.equal(runs(path), 13);
  assert.equal((await runCli(['inspect', path])).code, 0);
});

test('a run that the tape refuses ends the command in order: what was done is printed, one sentence, exit 1', async () => {
  const path = sampleTape(folder, 'refused.sqlite');
  const asSomebodyElse = (sql: string): unknown => new Database(path).exec(sql).close();
  // A tape that comes with a trigger is refused: this one is made while the tape is in use.
  const server = await startLocalServer((request, response) => {
    asSomebodyElse(`CREATE TRIGGER IF NOT EXISTS refuse BEFORE INSERT ON runs WHEN (SELECT count(*) FROM runs) = 13
                    BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
    request.resume().on('end', () => response.end('{"choices":[]}'));
  });
  for (const workers of ['1', '2']) {
    const args = [
      'replay',
      path,
      '--target',
      server.url.href,
      '--matrix',
      '2x4,2x8',
      '--requests',
      '28',
      '--json',
    ];
    const { code, stdout, stderr } = await runCli([...args, '--workers', workers]);
    assert.equal(code, 1, stderr);
    const lines = stderr.trim().split('\n');
    assert.match(lines.at(-1) ?? '', /cannot be written \(database or disk is full\): make room/);
    assert.doesNotMatch(stderr, /internal error|\n {4}at /);
    const expected = workers === '1' ? 1 : 0;
    assert.equal(stdout === '' ? 0 : JSON.parse(stdout).runs.length, expected);
    assert.equal(existsSync(`${path}-wal`), false, 'the tape was closed');
    asSomebodyElse('DROP TRIGGER refuse');
  }
  await server.close();
  assert.equal(runs(path), 13);
});

function runs(path: string): number {
  const tape = openTape(path);
  const { length } = tape.runs();
  tape.close();
  return length;
}
