import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerColumns } from '../../src/store/answer-columns.ts';
import { answerFigures, streamedAnswer } from '../helpers/sample-records.ts';

test('instants are whole microseconds, flags are numbers, nulls stay null', () => {
  const answer = { ...streamedAnswer(0), headersUs: 4_999.6, status: null };
  const columns = answerColumns(answer, answerFigures(answer));
  assert.deepEqual(
    [columns.headersUs, columns.firstTokenUs, columns.lastTokenUs, columns.finishedUs],
    [5_000, 10_000, 30_000, 31_000],
  );
  assert.deepEqual([columns.status, columns.cachedTokens, columns.streamed], [null, null, 1]);
  assert.deepEqual([columns.outcome, columns.tokenSource, columns.completionTokens], ['ok', 'usage', 3]);
});
