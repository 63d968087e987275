import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serveTapeThread } from '../../src/store/serve-tape-thread.ts';
import { answerFigures, REQUEST } from '../helpers/sample-records.ts';

// What it does inside a worker is tested through its other side, in tape-thread.test.ts.
test('it refuses to run on the main thread', () => {
  const readings = {
    exchange: {
      request: () => REQUEST,
      answer: (_path: string, raw: Parameters<typeof answerFigures>[0]) => answerFigures(raw),
    },
    result: { answer: (_path: string, raw: Parameters<typeof answerFigures>[0]) => answerFigures(raw) },
  };
  assert.throws(() => serveTapeThread(readings), /runs in a worker thread only/);
});
