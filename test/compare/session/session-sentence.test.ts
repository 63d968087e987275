import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CellPairs } from '../../../src/compare/session/arm-run.ts';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import type { SessionRules } from '../../../src/compare/session/session-rules.ts';
import { noisyRatios, RULES, sampleCell, sampleColumns } from '../../helpers/sample-pairs.ts';

const sentence = (cells: readonly CellPairs[], rules: Partial<SessionRules> = {}, ended = true): string =>
  judgeSession({ baseline: 'v1', candidate: 'v2' }, { cells, ended }, { ...RULES, ...rules }).sentence;

const around = (ratio: number, power = 1): CellPairs =>
  sampleCell(noisyRatios(1).map((noise) => ratio * noise ** power));

test('the interval is told the way the sentence goes', () => {
  assert.equal(
    sentence([around(0.95)]),
    'v2 is 5.0 % faster per token (TPOT, 95 % interval 4.1 to 5.9 %, 6 pairs, 20 connections)',
  );
  assert.match(
    sentence([around(1.05)], { primary: 'servedOutputTokensPerSec' }),
    /^v2 is 4\.8 % lower in throughput \(served tokens\/s, 95 % interval 3\.8 to 5\.7 %/,
  );
});

test('a regression of another metric than the primary one is told by that one', () => {
  const slowStart = sampleCell(noisyRatios(1), ({ candidate }, k) => {
    const requests = sampleColumns(noisyRatios(1)[k]);
    requests.ttftMs.set(sampleColumns(1.2).ttftMs);
    return { candidate: { ...candidate, requests } };
  });
  assert.match(sentence([slowStart]), /^v2 is 20\.0 % slower to the first token \(TTFT, /);
});

test('an improvement beside a regression does not go unsaid', () => {
  const mixed = sampleCell(noisyRatios(1.1), ({ candidate }, k) => {
    const requests = sampleColumns(noisyRatios(1.1)[k]);
    requests.ttftMs.set(sampleColumns(0.8 * (noisyRatios(1)[k] ?? 1)).ttftMs);
    return { candidate: { ...candidate, requests } };
  });
  assert.match(
    sentence([mixed]),
    /^v2 is 10\.0 % slower per token .*, though better by another measure \(TTFT −20\.0 %\)$/,
  );
});

test('equal, by the interval that shows it', () => {
  assert.match(
    sentence([around(1.001)]),
    /^v2 is as fast as v1 per token: any difference is below 3 % \(TPOT, 90 % interval −0\.\d to 0\.\d %, 6 pairs, 20 connections\)$/,
  );
});

test('real but small, and open', () => {
  assert.match(
    sentence([around(1.025, 1.5)], { margins: { lower: 0.03, higher: 0.03 } }),
    /^v2 is 2\.5 % slower per token, less than the margin of 3 % \(TPOT, 95 % interval 1\.\d to 4\.\d %/,
  );
  assert.match(
    sentence([around(1.01, 5)]),
    /^it is open whether v2 is slower or faster than v1 per token \(TPOT, .*\): so many pairs could show a change of \d+\.\d %, and a verdict by the margin of 3 % takes \d+ more$/,
  );
  assert.match(sentence([around(1, 100)]), /takes too many more$/);
  // It goes neither way, so its interval is not turned: faster has the minus sign.
  assert.match(sentence([around(0.97, 5)]), /per token \(TPOT, 95 % interval −[67]\.\d to [01]\.\d %/);
});

test('an open loop is named by its rate', () => {
  const cell = { threads: 1, connections: 20, ratePerSec: 3.2 };
  assert.match(sentence([{ ...around(1.3), cell }]), /, 6 pairs, open 3\.2\/s\)$/);
});

test('no verdict: why', () => {
  assert.match(
    sentence([around(1.3)].map((cell) => ({ ...cell, pairs: cell.pairs.slice(0, 2) }))),
    /^no verdict: 2 of 2 pairs are valid/,
  );
  assert.equal(sentence([]), 'no verdict: nothing could be measured');
});
