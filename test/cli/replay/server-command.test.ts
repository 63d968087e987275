import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runServerCommand } from '../../../src/cli/replay/server-command.ts';

test('what the command prints is the state, in a shell', async () => {
  assert.deepEqual(await runServerCommand('printf "a\\nb" | tail -1', 'start', () => 7), {
    edge: 'start',
    kind: 'command',
    takenAtMs: 7,
    status: 0,
    body: 'b',
  });
});

test('a command that fails is a state too', async () => {
  const state = await runServerCommand('echo no >&2; exit 3', 'end', () => 7);
  assert.deepEqual([state.status, state.body], [3, 'no\n']);
  assert.match((await runServerCommand('no-such-command-here', 'end', () => 7)).body, /not found/);
});
