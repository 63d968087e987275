import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commanderOf } from '../../../src/cli/command.ts';
import { command } from '../../../src/cli/compare/ab-command.ts';

test('the options of pairs and of traffic, with the defaults of pairs, under headings', () => {
  const help = commanderOf('ab', command)
    .helpInformation()
    .replaceAll(/[ \n]+/g, ' ');
  for (const heading of ['Servers:', 'Decision:', 'Load:', 'Requests:', 'Output:'])
    assert.ok(help.includes(heading), heading);
  assert.match(help, /one load per number \(default: 20\)/);
  assert.match(help, /--requests <n> [^(]*\(default: 200\)/);
  assert.match(help, /--duration <time> sending time per load --requests/);
  assert.match(help, /--cache <mode> .*\(default: salt\) --lengths/);
});
