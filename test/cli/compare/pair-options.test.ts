import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addPairOptions } from '../../../src/cli/compare/pair-options.ts';

test('the options of pairs and of traffic, with the defaults of pairs', () => {
  const help = addPairOptions(new Command('ab')).helpInformation();
  for (const option of ['--pairs', '--switch', '--accept', '--connections', '--select', '--slo']) {
    assert.ok(help.includes(option), option);
  }
  const text = help.replaceAll(/\s+/g, ' ');
  assert.match(text, /one cell for each number \(default: 20\)/);
  assert.match(text, /--requests <n> .*\(default: 200\)/);
  assert.match(text, /\(default: "salt"\)/);
});
