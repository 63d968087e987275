import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer, Pair, ServerSide } from '../../../src/compare/session/arm-run.ts';
import { answerDrift, recordedTiming, serverSides } from '../../../src/compare/session/supplementary.ts';
import { sampleAnswer, sampleArmRun, sampleColumns, samplePair } from '../../helpers/sample-pairs.ts';

const pair = (baseline: readonly (Answer | null)[], candidate: readonly (Answer | null)[]): Pair =>
  samplePair(1, () => ({
    baseline: sampleArmRun(1, { answers: baseline }),
    candidate: sampleArmRun(1, { answers: candidate }),
  }));

test('what is equal of the answers to the same requests, between arms and of the baseline to itself', () => {
  const [a, b] = [sampleAnswer(), sampleAnswer({ hash: 'b', tokens: 60 })];
  const stopped = sampleAnswer({ hash: null, finishReason: 'stop' });
  const called = sampleAnswer({ hash: 'c', finishReason: 'tool_calls', calledTools: true });
  const drift = answerDrift([
    pair([a, a, a, null], [a, b, stopped, a]),
    pair([a, b, null, a], [a, b, a, called]),
  ]);
  assert.deepEqual(drift, {
    betweenArms: {
      text: { same: 3, of: 5 },
      length: { same: 5, of: 6 },
      finishReason: { same: 4, of: 6 },
      toolCalls: { same: 5, of: 6 },
    },
    withinBaseline: {
      text: { same: 1, of: 2 },
      length: { same: 1, of: 2 },
      finishReason: { same: 2, of: 2 },
      toolCalls: { same: 2, of: 2 },
    },
  });
});

test('one pair has no neighbour; nothing to compare is null', () => {
  assert.equal(answerDrift([pair([sampleAnswer()], [sampleAnswer()])])?.withinBaseline, null);
  assert.equal(answerDrift([pair([null], [sampleAnswer()])]), null);
  assert.equal(answerDrift([]), null);
});

const SILENT: ServerSide = {
  prefixCacheHitRate: null,
  queueMs: null,
  prefillMs: null,
  kvCachePeak: null,
  preemptions: null,
  iterationTokens: null,
};

test('means over runs, of the figures that both arms have', () => {
  const pair = (a: Partial<ServerSide>, b: Partial<ServerSide>) =>
    samplePair(1, () => ({
      baseline: sampleArmRun(1, { server: { ...SILENT, ...a } }),
      candidate: sampleArmRun(1, { server: { ...SILENT, ...b } }),
    }));
  const rows = serverSides([
    pair({ queueMs: 2, kvCachePeak: 0.5 }, { queueMs: 30 }),
    pair({ queueMs: 4, preemptions: 0 }, { queueMs: 50, preemptions: 3 }),
    samplePair(1),
  ]);
  assert.deepEqual(
    rows.map(({ key, unit, baseline, candidate }) => [key, unit, baseline, candidate]),
    [
      ['queueMs', 'ms', 3, 40],
      ['preemptions', 'count', 0, 3],
    ],
  );
  assert.deepEqual(serverSides([]), []);
});

test('the median request against itself on the tape, over runs', () => {
  const recorded = sampleColumns();
  recorded.ttftMs.fill(Number.NaN, 0, 10);
  const timing = recordedTiming(
    recorded,
    [1.9, 2, 2.1].map((scale) => sampleColumns(scale)),
  );
  assert.deepEqual(
    timing.map(({ key, requests, runs }) => [key, requests, runs]),
    [
      ['e2el', 40, 3],
      ['ttft', 30, 3],
      ['tpot', 40, 3],
    ],
  );
  const [{ ratio, low, high } = assert.fail()] = timing;
  assert.ok(Math.abs(ratio - Math.cbrt(1.9 * 2 * 2.1)) < 1e-9);
  assert.ok(low !== null && high !== null && low < 1.9 && high > 2.1);
});

test('below three runs no interval; what the tape does not have is left out', () => {
  const recorded = sampleColumns();
  recorded.tpotMs.fill(Number.NaN);
  const timing = recordedTiming(recorded, [sampleColumns(1.5)]);
  assert.deepEqual(
    timing.map(({ key, low }) => [key, low]),
    [
      ['e2el', null],
      ['ttft', null],
    ],
  );
  assert.deepEqual(recordedTiming(recorded, []), []);
});
