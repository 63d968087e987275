import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPairProgress } from '../../../src/cli/compare/pair-progress.ts';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import { noisyRatios, RULES, sampleCell } from '../../helpers/sample-pairs.ts';

const BOUNDS = { durationUs: null, requests: 40, looks: [6] };
const CELL = { threads: 2, connections: 4 };
const standing = judgeSession(
  { baseline: 'a', candidate: 'b' },
  { cells: [sampleCell(noisyRatios(1.05).slice(0, 3))], ended: false },
  RULES,
);

test('the current step; from the first pair on the estimate, and what is left', () => {
  const clock = { us: 0 };
  const told: string[] = [];
  const progress = createPairProgress(
    BOUNDS,
    () => clock.us,
    (sentence) => told.push(sentence),
  );
  progress.switching(1, 'candidate');
  assert.equal(progress.text().line, 'pair 1 of 6: switching the server to the candidate');
  progress.warming(1, 'candidate');
  assert.deepEqual(progress.text().block, ['pair 1 of 6', "warming the candidate's server"]);
  progress.running(1, 'candidate', CELL, 1, 12);
  progress.send(0, () => 4);
  assert.match(progress.text().line, /^pair 1 of 6, candidate: run 1 of 12, 2x4: 0.0 s, 4 in flight/);
  clock.us = 120e6;
  progress.paired(3, standing);
  assert.match(told[0] ?? '', /^pair 3 of 6: 2x20 TPOT \+5\.0 % \(.*\) \(an estimate, not a verdict\)$/);
  progress.running(4, 'candidate', CELL, 7, 12);
  clock.us = 130e6;
  const { line, block } = progress.text();
  assert.match(line, /^pair 4 of 6, candidate, about 2 min left: run 7 of 12, 2x4: opening/);
  assert.match(block[1] ?? '', /^ {2}2x20 TPOT \+5\.0 % .*●/);
  assert.equal(block[2], '  an estimate and no verdict: the next look is at 6 pairs');
});

test('a sequential session shows the time that it takes at most', () => {
  const clock = { us: 0 };
  const progress = createPairProgress(
    { ...BOUNDS, looks: [3, 6] },
    () => clock.us,
    () => undefined,
  );
  clock.us = 30e6;
  progress.paired(3, standing);
  progress.running(4, 'baseline', CELL, 7, 12);
  assert.match(progress.text().line, /^pair 4 of 6, baseline, at most 30 s left: /);
});
