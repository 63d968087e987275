import { test } from 'node:test';
import { figuresOfTape } from '../../src/measure/tape-figures.ts';
import { tapeText } from '../../src/report/tape-text.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';
import { CAPTURE } from '../helpers/sample-records.ts';
import { sampleRun } from '../helpers/sample-runs.ts';

test('a tape as in the golden file', () => {
  const exchanges = Array.from({ length: 100 }, (_, i) =>
    sampleExchange({
      arrivedUs: i * 20_000,
      firstTokenUs: i * 20_000 + 30_000 + i * 100,
      finishedUs: i * 20_000 + 400_000,
      completionTokens: 10 + i,
      outcome: i % 10 === 0 ? 'client_aborted' : 'ok',
    }),
  );
  const capture = { ...CAPTURE, id: 1, endedAtMs: null, cleanClose: false, drops: { queue_full: 1200 } };
  const runs = [sampleRun(), sampleRun({ id: 2, label: 'bad\x1b[31m', end: null })];
  assertGolden('report/golden/tape.txt', tapeText(figuresOfTape([capture], exchanges, runs)));
});
