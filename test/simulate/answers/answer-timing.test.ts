import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTiming } from '../../../src/simulate/answers/answer-timing.ts';

test('times are those of the client’s clock, from the first of each instant to the last token', () => {
  const timing = answerTiming(10);
  timing.queued(1_000);
  timing.queued(9_000);
  timing.scheduled(51_000);
  timing.scheduled(60_000);
  for (const atUs of [251_000, 351_000, 651_000]) timing.token(atUs);
  assert.deepEqual(timing.read(), { queueMs: 5, timeToFirstTokenMs: 20, generationMs: 40 });
});

test('what has not come yet takes no time', () => {
  const timing = answerTiming(1);
  timing.queued(1_000);
  assert.deepEqual(timing.read(), { queueMs: 0, timeToFirstTokenMs: 0, generationMs: 0 });
});
