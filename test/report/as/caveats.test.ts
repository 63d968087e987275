import assert from 'node:assert/strict';
import { test } from 'node:test';
import { caveatLines, definitionsOf } from '../../../src/report/as/caveats.ts';
import { sampleRun } from '../../helpers/sample-runs.ts';

test('whose definitions, of which run; a stranger’s label does not reach the terminal', () => {
  assert.equal(
    definitionsOf('a tool 1', sampleRun({ label: 'x\x1b[2J' })),
    'Run 1 (x�[2J, 2x4, http://127.0.0.1:8000) by the definitions of a tool 1, from the stored chunk times:',
  );
});

test('only what there is to say is said', () => {
  assert.deepEqual(caveatLines({ aborted: 0, plain: 0, countedTokens: 0 }), []);
  const lines = caveatLines({ aborted: 1200, plain: 2, countedTokens: 3 });
  assert.match(
    lines.join('\n'),
    /^ {2}1,200 requests that were cut[^\n]+\n {2}2 answers in one piece[^\n]+\n {2}3 answers told no usage/,
  );
});
