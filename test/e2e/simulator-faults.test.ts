import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { gatherReport } from '../../src/cli/report/gather-report.ts';
import type { RunSummary } from '../../src/measure/run-summary.ts';
import type { ChunkTimes } from '../../src/model/chunk-times.ts';
import type { AnswerFigures } from '../../src/model/completion.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import { runsPage } from '../../src/report/runs-page.ts';
import { textPage } from '../../src/report/text-page.ts';
import { FAULT_KINDS } from '../../src/simulate/faults/fault.ts';
import { PROFILES } from '../../src/simulate/profiles/profiles.ts';
import { openTape } from '../../src/store/tape-reader.ts';
import { httpCall } from '../helpers/http-call.ts';
import { quickSimulator, REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { recorderCli } from '../helpers/recorder-cli.ts';
import { runCli } from '../helpers/run-cli.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

/** What recorder, replayer and report make of every fault, on real sockets. */

const TOKENS = 3;
const PAUSE_MS = 150;

/** How an answer ended that a fault has spoiled, streamed and plain. */
interface Expected {
  readonly fault: string;
  readonly streamed: Outcome;
  readonly plain: Outcome;
  /** Where the replayer, which tries nothing again, sees the streamed one otherwise. */
  readonly replayed?: Outcome;
  /** Of the streamed answer: what the recorder saw of it, and what reports print. */
  readonly status: number | null;
  readonly tokens: number | null;
  /** Its code and the words on it. */
  readonly error: RegExp | null;
}

const named = (code: string | null | undefined, error: string | null | undefined): string =>
  [code, error].filter((part) => part != null).join(' ');

const good = { streamed: 'ok', plain: 'ok', status: 200, tokens: TOKENS, error: null } as const;
const refused = { streamed: 'http_error', plain: 'http_error', tokens: null } as const;

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
    error: /^EngineCore encountered an issue/,
  },
  {
    ...good,
    fault: 'cut,after=2',
    streamed: 'upstream_aborted',
    plain: 'upstream_aborted',
    tokens: 2,
    error: /^(closed|reset)/,
  },
  { ...good, fault: `stall,after=2,ms=${PAUSE_MS}` },
  { ...good, fault: `slow-start,ms=${PAUSE_MS}` },
  {
    ...good,
    fault: 'malformed,after=2',
    streamed: 'incomplete',
    plain: 'incomplete',
    error: /^event_not_json/,
  },
  { ...good, fault: 'split-utf8' },
  { ...good, fault: 'no-done' },
  { ...good, fault: 'drip,ms=0.3' },
  { ...good, fault: 'content-type' },
];

/** The last one: it leaves no server to talk to. */
const REFUSE: Expected = {
  fault: 'refuse,ms=60000',
  streamed: 'unreachable',
  replayed: 'upstream_aborted',
  plain: 'unreachable',
  status: null,
  tokens: null,
  error: /^refused/,
};

/** In the order in which they are asked for, recorded and replayed. */
const ASKED = [
  ...TABLE.map((expected) => ({ expected, stream: true })),
  ...TABLE.map((expected) => ({ expected, stream: false })),
  { expected: REFUSE, stream: true },
  { expected: REFUSE, stream: false },
] as const;

const server = {
  profile: { ...PROFILES.constant, ttftMs: 10, itlMs: 5 },
  timeScale: 1,
  dialect: 'v0.32',
  model: REFERENCE_REQUEST.model,
} as const;
const path = join(tempFolder(), 'faults.sqlite');
const statuses = await recordAll();

/** Each request names its fault itself; the statuses that the client saw, null for a broken connection. */
async function recordAll(): Promise<readonly (number | null)[]> {
  const simulator = await quickSimulator(server);
  const recorder = await recorderCli(simulator.url, path);
  const seen: (number | null)[] = [];
  for (const { expected, stream } of ASKED) {
    const options = stream ? { stream, stream_options: { include_usage: true } } : {};
    const headers = expected.fault === '' ? {} : { 'x-reprise-fault': expected.fault };
    const body = { ...REFERENCE_REQUEST, max_tokens: TOKENS, ...options };
    const answer = await httpCall(recorder.chat, body, { headers }).catch(() => null);
    seen.push(answer?.status ?? null);
  }
  await recorder.stop();
  return seen;
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

async function replay(target: URL, ...options: readonly string[]): Promise<RunSummary> {
  const words = [
    'replay',
    path,
    '--target',
    target.href,
    '--threads',
    '1',
    '--no-test',
    ...options,
    '--json',
  ];
  const { code, stdout, stderr } = await runCli(words);
  const [run] = (JSON.parse(stdout) as { runs: RunSummary[] }).runs;
  assert.ok(run !== undefined);
  assert.equal(code, run.valid ? 0 : 4, stderr);
  return run;
}

function replayed(runId: number): readonly (Seen & { readonly again: boolean })[] {
  const tape = openTape(path);
  const seen = [...tape.results(runId)].map(({ result, chunks }) => ({
    // What was sent twice was answered in the end, and is judged by that answer here.
    figures:
      result.errorCode === 'sent_twice' ? { ...result, outcome: 'ok' as const, errorCode: null } : result,
    again: result.errorCode === 'sent_twice',
    chunks,
    fromUs: result.sentUs ?? Number.NaN,
  }));
  tape.close();
  return seen;
}

/** The report in words, on one line. */
async function reportOf(runId: number): Promise<string> {
  const tape = openTape(path);
  const runs = tape.runs().filter(({ id }) => id === runId);
  const page = textPage(runsPage(await gatherReport(tape, path, runs, { note: '', asked: {} }), 'en'));
  tape.close();
  return page.replace(/\s+/g, ' ');
}

function assertTable(seen: readonly Seen[], outcomeOf = ({ streamed }: Expected): Outcome => streamed): void {
  assert.equal(seen.length, ASKED.length);
  for (const [i, { expected, stream }] of ASKED.entries()) {
    const figures = seen[i]?.figures;
    if (!stream) {
      assert.equal(figures?.outcome, expected.plain, `plain, ${expected.fault}`);
      continue;
    }
    const { fault, status, tokens, error } = expected;
    assert.deepEqual(
      [figures?.outcome, figures?.status, figures?.completionTokens],
      [outcomeOf(expected), status, tokens],
      `streamed, ${fault}`,
    );
    if (error === null) assert.equal(figures?.error, null, fault);
    else if (figures?.outcome === expected.streamed)
      assert.match(named(figures.errorCode, figures.error), error);
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
  // What comes before a pause may itself be read late.
  assert.ok(longestGapMs(of('stall')) >= PAUSE_MS / 2, `${longestGapMs(of('stall'))} ms`);
  assert.ok(ttftMs(of('slow-start')) >= PAUSE_MS, `${ttftMs(of('slow-start'))} ms`);
  // A byte at a time, and whatever reads they come in, the text is what it was.
  const [plain] = seen;
  const reads = (one: Seen | undefined): number => one?.chunks.atUs.length ?? 0;
  assert.ok(reads(of('drip')) > 2 * reads(plain), `${reads(of('drip'))} reads`);
  for (const kind of ['drip', 'split-utf8']) {
    assert.equal(of(kind).figures.answerHash, plain?.figures.answerHash, kind);
  }
}

test('every fault is in the table', () => {
  const kinds = ASKED.map(({ expected }) => expected.fault.split(',')[0]).filter((kind) => kind !== '');
  assert.deepEqual([...new Set(kinds)].sort(), [...FAULT_KINDS].sort());
});

test('the recorder keeps each spoiled answer as what it is', () => {
  assertTable(recorded());
  assertTimes(recorded());
  // Its client sees what the server sent, a broken connection where it broke, and 502 where there was none.
  const seen = ASKED.map(({ expected: { fault, status, plain }, stream }) => {
    if (fault.startsWith('cut')) return null;
    if (fault.startsWith('refuse')) return 502;
    return !stream && plain === 'http_error' ? (status === 200 ? 500 : status) : status;
  });
  assert.deepEqual(statuses, seen);
});

test('the replayer meets the same faults again and judges them alike; the report counts them and calls the run invalid', async () => {
  const { url } = await quickSimulator(server);
  const run = await replay(url, '--connections', '1', '--no-loop');
  const seen = replayed(run.id);
  assertTable(seen, ({ replayed, streamed }) => replayed ?? streamed);
  assertTimes(seen);
  const failed = seen.filter(({ figures }) => figures.outcome !== 'ok').length;
  // One that ended ok when it was sent twice is an error of the run; one that failed again is not counted twice.
  const again = seen.filter(({ again: twice }) => twice).length;
  assert.deepEqual([run.requests, run.errors, run.valid], [ASKED.length, failed + again, false]);
  const page = await reportOf(run.id);
  assert.match(page, new RegExp(`${failed + again} of ${ASKED.length} requests failed`));
  const expected = ASKED.map(({ expected: { streamed, replayed = streamed, plain }, stream }) =>
    stream ? replayed : plain,
  );
  for (const outcome of new Set(expected)) {
    const moved = { ok: -again, upstream_aborted: again }[outcome as string] ?? 0;
    const count = expected.filter((one) => one === outcome).length + moved;
    assert.equal(run.outcomes[outcome], count, outcome);
    if (outcome !== 'ok') assert.match(page, new RegExp(`\\b${outcome} ${count}\\b`));
  }
  const kinds = run.errorKinds.map(({ code, error }) => named(code, error));
  for (const { error, fault } of [...TABLE, REFUSE]) {
    assert.ok(error === null || kinds.some((kind) => error.test(kind)), `${fault}: ${kinds.join('; ')}`);
  }
});

test('a share of all requests: the server, the run and the report count the same', async () => {
  const { url } = await quickSimulator(server);
  const faults = new URL('/_faults', url);
  await httpCall(faults, [{ kind: 'error', probability: 0.25, status: 502 }]);
  const run = await replay(url, '--limit', '1', '--connections', '8', '--requests', '80', '--label', 'share');
  const [{ met }] = JSON.parse((await httpCall(faults)).text) as [{ met: number }];
  assert.ok(met > 5 && met < 40, `${met} of 80`);
  assert.deepEqual(run.outcomes, { ok: 80 - met, http_error: met });
  assert.deepEqual(
    run.errorKinds.map(({ status, count }) => [status, count]),
    [[502, met]],
  );
  assert.match(await reportOf(run.id), new RegExp(`${met} of 80 requests failed`));
});
