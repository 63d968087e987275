import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import type { ChunkTimes } from '../../src/model/chunk-times.ts';
import type { AnswerFigures } from '../../src/model/completion.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { FAULT_KINDS } from '../../src/simulate/faults/fault.ts';
import { PROFILES } from '../../src/simulate/profiles/named-profiles.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { runCli } from '../helpers/run-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** What recorder, replayer and report make of every fault, on real sockets. */

const TOKENS = 4;
const PAUSE_MS = 300;

/** How an answer ended that a fault has spoiled, streamed and plain; `tokens` is what came of the stream's. */
interface Expected {
  readonly fault: string;
  readonly streamed: Outcome;
  readonly plain: Outcome;
  readonly status: number;
  readonly tokens: number | null;
  /** Of the streamed answer; what the report prints. */
  readonly error: RegExp | null;
}

const good = { streamed: 'ok', plain: 'ok', status: 200, tokens: TOKENS, error: null } as const;
const refused = { streamed: 'http_error', plain: 'http_error', tokens: null } as const;
const DEATH = /^EngineCore encountered an issue/;

/** In the order in which they are asked for. */
const TABLE: readonly Expected[] = [
  { ...good, fault: '' },
  { ...refused, fault: 'error', status: 500, error: /^A fault that the simulator was told to make/ },
  { ...refused, fault: 'overload', status: 503, error: /^The engine is currently busy/ },
  {
    ...good,
    fault: 'error-event,after=2',
    streamed: 'stream_error',
    plain: 'http_error',
    tokens: 2,
    error: DEATH,
  },
  {
    ...good,
    fault: 'cut,after=2',
    streamed: 'upstream_aborted',
    plain: 'upstream_aborted',
    tokens: 2,
    error: /./,
  },
  { ...good, fault: `stall,after=2,ms=${PAUSE_MS}` },
  { ...good, fault: `slow-start,ms=${PAUSE_MS}` },
  {
    ...good,
    fault: 'malformed,after=2',
    streamed: 'stream_error',
    plain: 'incomplete',
    error: /^an event of the stream is not JSON/,
  },
  { ...good, fault: 'split-utf8' },
  { ...good, fault: 'no-done', streamed: 'incomplete', error: /^the stream ended without its end mark/ },
  { ...good, fault: 'drip' },
  {
    ...good,
    fault: 'content-type',
    streamed: 'incomplete',
    tokens: null,
    error: /^the body is not a JSON object/,
  },
];

const profile = { ...PROFILES.constant, ttftMs: 40, itlMs: 10 };
const server = { profile, timeScale: 1, dialect: 'v0.32', model: REFERENCE_REQUEST.model } as const;
const simulator = await quickSimulator(server);
const folder = tempFolder();
const path = join(folder, 'faults.sqlite');
await recordAll(path);

/** Streams of all faults in order, then plain answers; each request names its fault itself. */
async function recordAll(tape: string): Promise<void> {
  const recorder = await recorderCli(simulator.url, tape);
  for (const stream of [true, false]) {
    for (const { fault } of TABLE) {
      await ask(recorder.chat, stream, fault).catch((error: NodeJS.ErrnoException) => {
        assert.deepEqual([fault.slice(0, 3), error.code], ['cut', 'ECONNRESET']);
      });
    }
  }
  await recorder.stop();
}

function ask(url: URL, stream: boolean, fault: string) {
  const options = stream ? { stream, stream_options: { include_usage: true } } : {};
  const headers = fault === '' ? {} : { 'x-reprise-fault': fault };
  return httpCall(url, { ...REFERENCE_REQUEST, max_tokens: TOKENS, ...options }, { headers });
}

/** What the recorder and the replayer both say of an answer. */
interface Seen {
  readonly figures: Omit<AnswerFigures, 'chunks'> & { readonly status: number | null };
  readonly chunks: ChunkTimes;
  /** When the request was sent. */
  readonly fromUs: number;
}

function recorded(): readonly Seen[] {
  const tape = openTape(path);
  const seen = [...tape.exchanges()].map((figures) => ({
    figures,
    chunks: tape.exchangeChunkTimes(figures),
    fromUs: figures.arrivedUs,
  }));
  tape.close();
  return seen;
}

async function replayed(): Promise<{ readonly run: RunSummary; readonly seen: readonly Seen[] }> {
  const words = ['replay', path, '--target', simulator.url.href, '--connections', '1', '--threads', '1'];
  const { code, stdout, stderr } = await runCli([...words, '--no-loop', '--label', 'spoiled', '--json']);
  assert.equal(code, 0, stderr);
  const [run] = (JSON.parse(stdout) as { runs: RunSummary[] }).runs;
  assert.ok(run !== undefined);
  const tape = openTape(path);
  const seen = [...tape.results(run.id)].map(({ result, chunks }) => ({
    figures: result,
    chunks,
    fromUs: result.sentUs ?? Number.NaN,
  }));
  tape.close();
  return { run, seen };
}

function assertTable(seen: readonly Seen[]): void {
  assert.equal(seen.length, 2 * TABLE.length);
  for (const [i, { fault, streamed, plain, status, tokens, error }] of TABLE.entries()) {
    const [stream, whole] = [seen[i]?.figures, seen[TABLE.length + i]?.figures];
    assert.deepEqual(
      [stream?.outcome, stream?.status, stream?.completionTokens],
      [streamed, status, tokens],
      `streamed, ${fault}`,
    );
    assert.equal(whole?.outcome, plain, `plain, ${fault}`);
    if (error === null) assert.equal(stream?.error, null, fault);
    else assert.match(stream?.error ?? '', error);
  }
}

/** Faults that only take their time are seen in the instants. */
function assertTimes(seen: readonly Seen[]): void {
  const of = (kind: string): Seen => {
    const found = seen[TABLE.findIndex(({ fault }) => fault.startsWith(kind))];
    assert.ok(found !== undefined);
    return found;
  };
  const ttftMs = ({ figures, fromUs }: Seen): number => ((figures.firstTokenUs ?? 0) - fromUs) / 1e3;
  const longestGapMs = ({ chunks: { atUs } }: Seen): number =>
    Math.max(...atUs.slice(1).map((at, i) => (at - (atUs[i] ?? at)) / 1e3));
  assert.ok(longestGapMs(of('stall')) >= PAUSE_MS - 10, `${longestGapMs(of('stall'))} ms`);
  assert.ok(ttftMs(of('slow-start')) >= PAUSE_MS, `${ttftMs(of('slow-start'))} ms`);
  // A byte at a time, and whatever reads they come in, the text is what it was.
  assert.ok(of('drip').chunks.atUs.length > 300, `${of('drip').chunks.atUs.length} reads`);
  const [plain] = seen;
  for (const kind of ['drip', 'split-utf8']) {
    assert.equal(of(kind).figures.answerHash, plain?.figures.answerHash, kind);
  }
}

test('every fault is in the table, but the one that leaves no server to talk to', () => {
  const kinds = TABLE.map(({ fault }) => fault.split(',')[0]).filter((kind) => kind !== '');
  assert.deepEqual([...kinds, 'refuse'].sort(), [...FAULT_KINDS].sort());
});

test('the recorder keeps each spoiled answer as what it is', () => {
  assertTable(recorded());
  assertTimes(recorded());
});

test('the replayer meets the same faults again and judges them alike; the report counts them and calls the run invalid', async () => {
  const { run, seen } = await replayed();
  assertTable(seen);
  assertTimes(seen);
  const failed = seen.filter(({ figures }) => figures.outcome !== 'ok').length;
  assert.deepEqual([run.requests, run.errors, run.valid], [2 * TABLE.length, failed, false]);
  const { stdout } = await runCli(['report', path]);
  const page = stdout.replace(/\s+/g, ' ');
  assert.match(page, new RegExp(`${failed} of ${2 * TABLE.length} requests failed`));
  for (const outcome of ['http_error', 'stream_error', 'upstream_aborted', 'incomplete'] as const) {
    const expected = TABLE.flatMap(({ streamed, plain }) => [streamed, plain]).filter(
      (one) => one === outcome,
    );
    assert.match(page, new RegExp(`\\b${outcome} ${expected.length}\\b`));
  }
  const json = await runCli(['report', path, '--format', 'json']);
  const kinds = JSON.stringify(JSON.parse(json.stdout).runs[0].errorKinds);
  for (const { error, fault } of TABLE) {
    if (error !== null) assert.match(kinds, new RegExp(error.source.replace('^', '')), fault);
  }
});

test('a server that refuses connections: unreachable to the recorder, the replayer and the report', async () => {
  const before = await quickSimulator(server);
  const tape = join(folder, 'refused.sqlite');
  const recorder = await recorderCli(before.url, tape);
  assert.equal((await ask(recorder.chat, true, '')).status, 200);
  for (const fault of ['refuse,ms=60000', '']) {
    const { status, text } = await ask(recorder.chat, true, fault);
    assert.equal(status, 502);
    assert.equal(JSON.parse(text).error.type, 'upstream_unreachable');
  }
  await recorder.stop();
  const reader = openTape(tape);
  const ends = [...reader.exchanges()].map(({ outcome, error }) => [outcome, error?.slice(0, 20)]);
  reader.close();
  const unreachable = ['unreachable', 'connect ECONNREFUSED'];
  assert.deepEqual(ends, [['ok', undefined], unreachable, unreachable]);

  const words = ['replay', tape, '--connections', '1', '--threads', '1', '--no-loop', '--json', '--target'];
  const gone = await runCli([...words, before.url.href]);
  assert.deepEqual([gone.code, gone.stdout], [1, '']);
  assert.match(gone.stderr, /cannot reach .* \(connection refused\): start the server or check --target/);

  // A server that goes while it is replayed to: the request that it broke, then the one that found nobody.
  const after = await quickSimulator(server);
  const { code, stdout, stderr } = await runCli([...words, after.url.href]);
  assert.equal(code, 0, stderr);
  const [run] = (JSON.parse(stdout) as { runs: RunSummary[] }).runs;
  assert.deepEqual([run?.requests, run?.errors, run?.outcomes.ok, run?.valid], [3, 2, 1, false]);
  assert.ok((run?.outcomes.unreachable ?? 0) >= 1);
  const page = (await runCli(['report', tape])).stdout.replace(/\s+/g, ' ');
  assert.match(page, /2 of 3 requests failed/);
  assert.match(page, /connect ECONNREFUSED/);
});

test('a share of all requests: the server, the run and the report count the same', async () => {
  const { url } = await quickSimulator(server);
  const faults = new URL('/_faults', url);
  const tape = join(folder, 'share.sqlite');
  const recorder = await recorderCli(url, tape);
  await ask(recorder.chat, true, '');
  await recorder.stop();
  await httpCall(faults, [{ kind: 'error', probability: 0.25, status: 502 }]);
  const words = ['replay', tape, '--target', url.href, '--threads', '1', '--connections', '8'];
  const { code, stdout, stderr } = await runCli([...words, '--requests', '80', '--json']);
  assert.equal(code, 0, stderr);
  const [run] = (JSON.parse(stdout) as { runs: RunSummary[] }).runs;
  const [{ met }] = JSON.parse((await httpCall(faults)).text) as [{ met: number }];
  assert.ok(met > 5 && met < 40, `${met} of 80`);
  assert.deepEqual(run?.outcomes, { ok: 80 - met, http_error: met });
  assert.deepEqual(
    run?.errorKinds.map(({ status, count }) => [status, count]),
    [[502, met]],
  );
});
