import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerDrift } from '../../../src/compare/session/answer-drift.ts';
import type { Answer, Pair } from '../../../src/compare/session/arm-run.ts';
import { sampleAnswer, sampleArmRun, samplePair } from '../../helpers/sample-pairs.ts';

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
