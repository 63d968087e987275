import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlRequest } from '../../../src/cli/compare/control-request.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { runTestSession, shortTape } from '../../helpers/run-pairs.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

test('the control is the request that asks for the fewest tokens, then the shortest', () => {
  const request = (askedTokens: number | null, length: number) => ({
    exchangeId: 1,
    path: '/v1/completions',
    headers: [],
    body: new Uint8Array(length),
    saltAt: null,
    abort: null,
    askedTokens,
  });
  const all = [request(null, 1), request(8, 90), request(4, 80), request(4, 70), request(5, 10)];
  assert.equal(controlRequest(all), all[3]);
  assert.equal(controlRequest([]), undefined);
});

test('a session with a control times it before every run, and says how it moved', async () => {
  const [{ url }, { url: other }] = [
    await quickSimulator({ model: 'm' }),
    await quickSimulator({ model: 'm' }),
  ];
  const timed: string[] = [];
  const { comparison } = await runTestSession(
    shortTape(join(tempFolder(), 'control.sqlite')),
    { baseline: url.href, candidate: other.href, control: true, seed: '2' },
    {
      observer: {
        timingControl: (pair, arm) => timed.push(`control ${pair} ${arm}`),
        running: (pair, arm) => timed.push(`run ${pair} ${arm}`),
      },
    },
  );
  assert.deepEqual(timed.slice(0, 4), [
    'control 1 baseline',
    'run 1 baseline',
    'control 1 candidate',
    'run 1 candidate',
  ]);
  const said = comparison.cells[0]?.notes
    .filter(({ kind }) => kind.startsWith('control'))
    .map(({ kind }) => kind);
  assert.ok(said?.length === 1 && said[0] !== 'controlMissing', said?.join());
});
