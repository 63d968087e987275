import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import { type SessionClaim, sessionClaim } from '../../../src/compare/session/session-claim.ts';
import { noisyRatios, RULES, sampleCell, sampleColumns } from '../../helpers/sample-pairs.ts';

const claim = (cells: readonly ReturnType<typeof sampleCell>[], ended = true): SessionClaim =>
  sessionClaim(judgeSession({ baseline: 'a', candidate: 'b' }, { cells, ended }, RULES));

const slowStart = sampleCell(noisyRatios(1), ({ candidate }, k) => {
  const requests = sampleColumns(noisyRatios(1)[k]);
  requests.ttftMs.set(sampleColumns(1.2).ttftMs);
  return { candidate: { ...candidate, requests } };
});

test('the primary metric decides where it can, another gating one where that moved alone', () => {
  const { kind, figure, beside } = claim([sampleCell(noisyRatios(1.05))]);
  assert.deepEqual([kind, figure?.key, beside], ['regression', 'tpot', undefined]);
  assert.deepEqual([claim([slowStart]).kind, claim([slowStart]).figure?.key], ['regression', 'ttft']);
});

test('between looks it is an estimate, and without a valid pair nothing is claimed', () => {
  assert.equal(claim([sampleCell(noisyRatios(1.05).slice(0, 4))], false).kind, 'estimate');
  const { kind, figure } = claim([sampleCell([1, 1])]);
  assert.deepEqual([kind, figure], ['invalid', undefined]);
});

test('of several equal cells the least sure one carries the claim', () => {
  const sure = sampleCell(noisyRatios(1).map((ratio) => ratio ** 0.2));
  const less = { ...sampleCell(noisyRatios(1)), cell: { threads: 2, connections: 40 } };
  assert.equal(claim([sure, less]).figure?.cell.cell.connections, 40);
});
