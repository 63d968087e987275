import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { prepareCommand } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/main.ts';

/** `$ npx reprise COMMAND ARGUMENTS` of a tape in the repository, and the lines below it. */
const EXAMPLE = /^\$ npx reprise (\w+) (recordings\/sample\.sqlite.*)\n([\s\S]*?)\n```$/gm;

for (const page of ['README.md', 'README.zh.md']) {
  test(`${page}: commands on the sample tape print what the page shows`, async () => {
    const examples = [...readFileSync(page, 'utf8').matchAll(EXAMPLE)];
    assert.ok(examples.length > 0);
    for (const [, name = '', words = '', shown = ''] of examples) {
      const command = await COMMANDS[name]?.load();
      assert.ok(command, name);
      const { data = '' } = await prepareCommand(name, command, words.split(' '), {})();
      const printed = data.split('\n');
      let at = 0;
      // An ellipsis replaces lines that the page leaves out.
      for (const line of shown.split('\n').filter((text) => text !== '…')) {
        at = printed.indexOf(line, at) + 1;
        assert.notEqual(at, 0, `${name} ${words} does not print: ${line}\n${data}`);
      }
    }
  });
}
