import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../../src/model/user-error.ts';
import { playSession, shortTape } from '../../helpers/pair-play.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

async function runsOf(options: Parameters<typeof playSession>[1]): Promise<string[]> {
  const { url } = await quickSimulator({ model: 'm' });
  const { url: other } = await quickSimulator({ model: 'm' });
  const runs: string[] = [];
  const running = (
    pair: number,
    arm: string,
    cell: { readonly connections: number },
    number: number,
    of: number,
  ) => runs.push(`${pair} ${arm} ${cell.connections} ${number}/${of}`);
  const path = shortTape(join(folder, `${options.seed}-${options.switch}.sqlite`));
  await playSession(
    path,
    { baseline: url.href, candidate: other.href, connections: '2,4', ...options },
    { watch: { running } },
  );
  return runs.slice(0, 8);
}

test('two servers take turns cell by cell, the seed says who begins', async () => {
  assert.deepEqual(await runsOf({ seed: '2' }), [
    '1 baseline 2 1/12',
    '1 candidate 2 2/12',
    '1 baseline 4 3/12',
    '1 candidate 4 4/12',
    '2 candidate 2 5/12',
    '2 baseline 2 6/12',
    '2 candidate 4 7/12',
    '2 baseline 4 8/12',
  ]);
});

test('one that is switched runs all cells before it is', async () => {
  assert.deepEqual(await runsOf({ seed: '1', switch: 'true {arm}' }), [
    '1 candidate 2 1/12',
    '1 candidate 4 2/12',
    '1 baseline 2 3/12',
    '1 baseline 4 4/12',
    '2 baseline 2 5/12',
    '2 baseline 4 6/12',
    '2 candidate 2 7/12',
    '2 candidate 4 8/12',
  ]);
});

test('one that is told to stop has no pair, and no verdict', async () => {
  const { url } = await quickSimulator({ model: 'm' });
  const { url: other } = await quickSimulator({ model: 'm' });
  const stop = new AbortController();
  const played = await playSession(
    shortTape(join(folder, 'stop.sqlite')),
    { baseline: url.href, candidate: other.href },
    { signal: stop.signal, watch: { running: () => stop.abort() } },
  );
  const { comparison, ...rest } = played;
  assert.deepEqual(rest, { made: 0, stopped: true, failure: null });
  assert.deepEqual([comparison.look, comparison.conclusion], [null, { kind: 'noValidPair' }]);
});

test('a server that is gone ends the session with the pairs that were made; one that was never there is a mistake', async () => {
  const { url } = await quickSimulator({ model: 'm' });
  const other = await quickSimulator({ model: 'm' });
  const path = shortTape(join(folder, 'gone.sqlite'));
  const targets = { baseline: url.href, candidate: other.url.href };
  const watch = {
    running: (pair: number, arm: string) => {
      if (pair === 3 && arm === 'baseline') void other.close();
    },
  };
  const { made, stopped, failure } = await playSession(
    path,
    { ...targets, seed: '2', pairs: '4' },
    { watch },
  );
  assert.deepEqual([made, stopped], [2, true]);
  assert.match(failure?.message ?? '', new RegExp(other.url.host));
  await assert.rejects(playSession(path, targets), UserError);
});
