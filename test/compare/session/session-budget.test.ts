import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeSession } from '../../../src/compare/session/judge-session.ts';
import { sessionBudget } from '../../../src/compare/session/session-budget.ts';
import { noisyRatios, RULES, sampleCell } from '../../helpers/sample-pairs.ts';

const session = (ratio: number, cells = 1) =>
  judgeSession(
    { baseline: 'a', candidate: 'b' },
    {
      cells: Array.from({ length: cells }, (_, i) => ({
        ...sampleCell(noisyRatios(ratio)),
        cell: { threads: 2, connections: 20 + i },
      })),
      ended: true,
    },
    RULES,
  );

test('each gating metric by its noise, whatever the arms differ by', () => {
  const equal = sessionBudget(session(1), 60);
  assert.deepEqual(
    equal.map(({ key }) => key),
    ['ttft', 'tpot', 'waitTail', 'servedOutputTokensPerSec'],
  );
  const [slower] = sessionBudget(session(1.3), 60);
  assert.ok(Math.abs((slower?.sd ?? 0) - (equal[0]?.sd ?? 1)) < 1e-9);
});

test('several cells are one family: more pairs for each, told by cell', () => {
  const [one] = sessionBudget(session(1), 60);
  const [two] = sessionBudget(session(1, 2), 60);
  assert.deepEqual([two?.key, two?.cell], ['ttft', { threads: 2, connections: 20 }]);
  assert.ok((two?.detectable ?? 0) > (one?.detectable ?? 1));
});
