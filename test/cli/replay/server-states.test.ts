import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runServerCommand, serverStates } from '../../../src/cli/replay/server-states.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';

test('what the server says and what the command prints, of one edge', async () => {
  const { url } = await quickSimulator();
  const kinds = async (serverCommand: string | null) => {
    const states = await serverStates(
      url,
      { headers: [], trust: { ca: null, insecure: false }, serverCommand },
      'end',
    );
    assert.ok(states.every(({ edge }) => edge === 'end'));
    return states.map(({ kind }) => kind);
  };
  const told = await kinds(null);
  assert.ok(told.includes('version') && told.includes('metrics'), told.join());
  assert.deepEqual(await kinds('echo a card'), [...told, 'command']);
});

test('what the command prints is the state, in a shell', async () => {
  assert.deepEqual(await runServerCommand('printf "a\\nb" | tail -1', 'start', () => 7), {
    edge: 'start',
    kind: 'command',
    takenAtMs: 7,
    status: 0,
    body: 'b',
  });
});

test('secrets that the command prints are masked, also where it fails', async () => {
  for (const end of ['', ' >&2; exit 1']) {
    const { body } = await runServerCommand(`echo '{"api_key":"tk8842x"}'${end}`, 'start', () => 7);
    assert.equal(body, '{"api_key":…}\n', end);
  }
});

test('a command that fails is a state too', async () => {
  const state = await runServerCommand('echo no >&2; exit 3', 'end', () => 7);
  assert.deepEqual([state.status, state.body], [3, 'no\n']);
  assert.match((await runServerCommand('no-such-command-here', 'end', () => 7)).body, /not found/);
});
