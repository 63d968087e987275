import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFutile } from '../../../src/compare/session/futility.ts';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import type { SessionRules } from '../../../src/compare/session/session-plan.ts';
import { RULES, SAID, sampleArmRun, sampleCell } from '../../helpers/sample-pairs.ts';

function hopeless(change: Parameters<typeof sampleCell>[1], rules: SessionRules = RULES): boolean {
  const cells = [sampleCell([1], change)];
  const names = { baseline: 'a', candidate: 'b' };
  return isFutile(judgeSession(names, { cells, ended: false }, rules), cells, rules);
}

test('another model cannot be healed by more pairs; noise, and nothing wrong, can', () => {
  const other = { ...SAID, models: '{"data":[{"id":"other"}]}' };
  const change = () => ({ candidate: sampleArmRun(1, { descriptions: { start: other, end: other } }) });
  assert.equal(hopeless(change), true);
  assert.equal(hopeless(change, { ...RULES, accepted: ['models'] }), false);
  assert.equal(
    hopeless(() => ({})),
    false,
  );
});

test('errors: when all planned pairs together would still fail too many', () => {
  const failing = (errors: number) => () => ({ candidate: sampleArmRun(1, { summary: { errors } }) });
  // 40 requests a run, so 1 % of six runs is 2.4 of them.
  assert.equal(hopeless(failing(2)), false);
  assert.equal(hopeless(failing(3)), true);
  assert.equal(hopeless(failing(3), { ...RULES, accepted: ['errors'] }), false);
});
