import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetOf } from '../../src/compare/session/budget.ts';
import { budgetMarkdown, sessionMarkdown } from '../../src/report/comparison-session-markdown.ts';
import { assertGolden } from '../helpers/golden.ts';
import { sampleSession } from '../helpers/sample-session.ts';

test('a session as in the golden file', () => {
  assertGolden('report/golden/session.md', sessionMarkdown(sampleSession()));
  assertGolden('report/golden/session.zh.md', sessionMarkdown(sampleSession(), 'zh'));
});

test('a budget is a table', () => {
  const text = budgetMarkdown(
    budgetOf(
      [{ key: 'tpot', cell: { threads: 2, connections: 20 }, perPair: [-0.006, 0.004, 0.001] }],
      95,
      0.05,
    ),
  );
  assert.match(text, /^#### pairs and time .*\n\n\| metric \| noise \|/);
  assert.match(text, /\n\| TPOT \| 0\.5 % \| 1\.1 % \|/);
});

test('what a server says of itself can neither break the table nor become markup', () => {
  const [change = assert.fail()] = sampleSession().changes;
  const text = sessionMarkdown({
    ...sampleSession(),
    conclusion: { kind: 'open', before: 'a', after: '<b>\u001b[31m|' },
    changes: [{ ...change, baseline: 'a|b', candidate: '<img src=x>\n# c' }],
  });
  assert.match(text, /^\*\*No verdict: nothing shows whether \\<b\\>�\\\[31m\\\| is slower/);
  assert.match(text, /\| a\\\|b \| \\<img src=x\\>�\\# c \|/);
});
