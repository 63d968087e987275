import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commanderOf } from '../../../src/cli/command.ts';
import { ab } from '../../../src/cli/compare/ab-command.ts';
import { risingPairs, runLabels } from '../../../src/cli/compare/pair-options.ts';

test('the options of pairs and of traffic, with the defaults of pairs, under headings', () => {
  const help = commanderOf('ab', ab)
    .helpInformation()
    .replaceAll(/[ \n]+/g, ' ');
  for (const heading of ['Servers:', 'Decision:', 'Load:', 'Requests:', 'Output:'])
    assert.ok(help.includes(heading), heading);
  assert.match(help, /one load per number \(default: 20\)/);
  assert.match(help, /--requests <n> [^(]*\(default: 200\)/);
  assert.match(help, /--duration <time> sending time per load --requests/);
  assert.match(help, /--cache <mode> .*\(default: salt\) --lengths/);
});

test('two labels, and numbers of pairs that rise', () => {
  assert.deepEqual(runLabels('--labels', 'a, b'), { baseline: 'a', candidate: 'b' });
  assert.deepEqual(risingPairs('--sequential', '6, 10,16'), [6, 10, 16]);
  for (const text of ['a', 'a,b,c', 'a,a', 'a,'])
    assert.throws(() => runLabels('--labels', text), /^UserError: --labels/);
  for (const text of ['6,6', '10,6', '2,6', 'x'])
    assert.throws(() => risingPairs('--sequential', text), /^UserError: --sequential/);
});
