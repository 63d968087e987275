import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverStates } from '../../../src/cli/replay/server-states.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';

test('what the server says and what the command prints, of one edge', async () => {
  const { url } = await quickSimulator();
  const kinds = async (serverCommand: string | null) => {
    const states = await serverStates(url, { headers: [], serverCommand }, 'end');
    assert.ok(states.every(({ edge }) => edge === 'end'));
    return states.map(({ kind }) => kind);
  };
  const told = await kinds(null);
  assert.ok(told.includes('version') && told.includes('metrics'), told.join());
  assert.deepEqual(await kinds('echo a card'), [...told, 'command']);
});
