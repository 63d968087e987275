import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planJsonLines, planRows, planText } from '../../../src/cli/replay/dry-run.ts';
import { createPlan } from '../../../src/replay/plan/create-plan.ts';
import type { PlanSpec } from '../../../src/replay/plan/plan.ts';
import type { ReplayableRequest } from '../../../src/replay/plan/replayable.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { runCli } from '../../helpers/run-cli.ts';
import { sampleTape } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

test('--dry-run prints the plan, sends nothing and leaves the tape as it is', async () => {
  const path = sampleTape(folder, 'dry.sqlite');
  const args = ['replay', path, '--target', 'http://127.0.0.1:1', '--rate', '10/s', '--no-loop', '--dry-run'];
  const { code, stdout } = await runCli([...args, '--json']);
  assert.equal(code, 0);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(rows.length, 28);
  assert.deepEqual(
    rows.map(({ position }) => position),
    Array.from({ length: 28 }, (_, i) => i),
  );
  assert.match((await runCli(args)).stdout, /^open 10\/s\nposition {2}sent/);
  const tape = openTape(path);
  assert.equal(tape.runs().length, 12);
  tape.close();
});

function request(
  exchangeId: number,
  body: object,
  abort: ReplayableRequest['abort'] = null,
): ReplayableRequest {
  const bytes = new Uint8Array(Buffer.from(JSON.stringify(body)));
  return { exchangeId, path: '/v1/chat/completions', headers: [], body: bytes, saltAt: null, abort };
}

const REQUESTS = [
  request(11, { model: 'm', max_tokens: 5, stream: true }, { afterTokens: 3 }),
  request(12, { model: 'm\u0007' }, { afterUs: 250_000 }),
  request(13, {}),
];
const SPEC: PlanSpec = {
  conversations: [
    [
      { request: 0, arrivedUs: 0, finishedUs: 1e6 },
      { request: 1, arrivedUs: 1.5e6, finishedUs: 1.6e6 },
    ],
    [{ request: 2, arrivedUs: 2e6, finishedUs: 3e6 }],
  ],
  order: 'recorded',
  loop: true,
  requests: null,
  think: { kind: 'recorded' },
  arrivals: { kind: 'recorded', timeScale: 1 },
  seed: 1,
};

test('an open loop says when each conversation begins, and its turns follow their answers', () => {
  const rows = planRows(createPlan(SPEC), REQUESTS, { durationUs: 6e6, limit: 100 });
  assert.deepEqual(
    rows.map(({ position, dueMs, thinkMs, conversation, turn, exchangeId }) => [
      position,
      dueMs,
      thinkMs,
      conversation,
      turn,
      exchangeId,
    ]),
    [
      [0, 0, null, 1, 1, 11],
      [1, null, 500, 1, 2, 12],
      [2, 2_000, null, 2, 1, 13],
      [3, 4_000, null, 3, 1, 11],
      [4, null, 500, 3, 2, 12],
    ],
  );
  assert.equal(
    planText(rows.slice(0, 3)),
    [
      'position  sent                   conversation  turn  exchange  path                  model  stream  max tokens  cut',
      '       0  at 0 µs                           1     1        11  /v1/chat/completions  m      on               5  after 3 tokens',
      '       1  after answer + 500 ms             1     2        12  /v1/chat/completions  m�     off              –  after 250 ms',
      '       2  at 2.00 s                         2     1        13  /v1/chat/completions  –      off              –',
      '',
    ].join('\n'),
  );
});

test('a closed loop has no times and continues until the limit', () => {
  const closed = createPlan({ ...SPEC, arrivals: null, think: { kind: 'none' } });
  const rows = planRows(closed, REQUESTS, { durationUs: 1, limit: 4 });
  assert.deepEqual(
    rows.map(({ position }) => position),
    [0, 1, 2, 3],
  );
  assert.match(planText(rows), /0 {2}when free .*\n.*1 {2}after answer /);
});

test('JSON lines hold the same rows; a plan that ends, ends', () => {
  const rows = planRows(createPlan({ ...SPEC, loop: false }), REQUESTS, { durationUs: null, limit: 100 });
  const lines = planJsonLines(rows).trimEnd().split('\n');
  assert.equal(lines.length, 3);
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    position: 0,
    dueMs: 0,
    thinkMs: null,
    conversation: 1,
    turn: 1,
    exchangeId: 11,
    path: '/v1/chat/completions',
    model: 'm',
    stream: true,
    maxTokens: 5,
    abort: { afterTokens: 3 },
  });
});

test('a body that many requests share is read once: a small tape may have thousands of a large one', () => {
  let reads = 0;
  class Counted extends Uint8Array {
    override get buffer(): ArrayBuffer {
      reads += 1;
      return super.buffer as ArrayBuffer;
    }
  }
  const shared = new Counted(Buffer.from('{"model":"m"}'));
  const requests = [11, 12, 13].map((id) => ({ ...request(id, {}), body: shared }));
  const rows = planRows(createPlan(SPEC), requests, { durationUs: null, limit: 50 });
  assert.deepEqual([rows.length, rows.every(({ model }) => model === 'm'), reads], [50, true, 1]);
});
