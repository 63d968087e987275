import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choiceEvents, firstVisibleUs, isAnswer, textEvents } from '../../../src/measure/as/answer-events.ts';
import { sampleResult } from '../../helpers/sample-runs.ts';
import { REASONING_ANSWER, timedAnswer } from '../../helpers/timed-answer.ts';

const { chunks } = timedAnswer(REASONING_ANSWER);
const ms = (us: readonly number[]): readonly number[] => us.map((at) => at / 1e3);

test('events with a choice: role, text and finish, not usage and the end mark', () => {
  assert.deepEqual(ms(choiceEvents(chunks)), [50, 100, 120, 120, 160, 180, 181]);
});

test('events with text: neither the role nor the finish, one for an event of several tokens', () => {
  assert.deepEqual(ms(textEvents(chunks)), [100, 120, 120, 160, 180]);
  // The role in one read with the first text.
  const together = timedAnswer([[10, ['role', 'content'], 2, 1]]);
  assert.deepEqual(ms(textEvents(together.chunks)), [10]);
  assert.deepEqual(ms(choiceEvents(together.chunks)), [10, 10]);
});

test('the first token that is not reasoning', () => {
  assert.equal(firstVisibleUs(chunks), 120_000);
  assert.equal(firstVisibleUs(timedAnswer([[1, ['reasoning'], 1, 1]]).chunks), null);
});

test('an answer is what HTTP calls whole and good', () => {
  const is = (outcome: Parameters<typeof sampleResult>[0]): boolean => isAnswer(sampleResult(outcome));
  assert.ok(is({}) && is({ outcome: 'stream_error' }) && is({ outcome: 'incomplete' }));
  assert.ok(
    !is({ outcome: 'http_error', status: 500 }) && !is({ outcome: 'timeout' }) && !is({ status: null }),
  );
});
