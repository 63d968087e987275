import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { makePair, runningCell } from '../../../src/cli/compare/run-pairs.ts';
import type { ReplayCell } from '../../../src/cli/replay/loop-settings.ts';
import { sparePairs } from '../../../src/compare/session/session-plan.ts';
import { UserError } from '../../../src/model/user-error.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { quickSimulator } from '../../helpers/quick-simulator.ts';
import { runTestSession, shortTape } from '../../helpers/run-pairs.ts';
import { sampleArmRun } from '../../helpers/sample-pairs.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';
import { tempFolder } from '../../helpers/temp-folder.ts';

const folder = tempFolder();

async function runsOf(options: Parameters<typeof runTestSession>[1]): Promise<string[]> {
  const { url } = await quickSimulator({ model: 'm' });
  const { url: other } = await quickSimulator({ model: 'm' });
  const runs: string[] = [];
  // A server that answers at once leaves connections idle: its pairs are made again, which is left out here.
  const running = (pair: number, arm: string, { connections }: { readonly connections: number }) =>
    runs.push(`${pair} ${arm} ${connections}`);
  const path = shortTape(join(folder, `${options.seed}-${options.switch}.sqlite`));
  await runTestSession(
    path,
    { baseline: url.href, candidate: other.href, connections: '2,4', ...options },
    { observer: { running } },
  );
  return [...new Set(runs)].slice(0, 8);
}

test('two servers take turns cell by cell, the seed says who begins', async () => {
  assert.deepEqual(await runsOf({ seed: '2' }), [
    '1 baseline 2',
    '1 candidate 2',
    '1 baseline 4',
    '1 candidate 4',
    '2 candidate 2',
    '2 baseline 2',
    '2 candidate 4',
    '2 baseline 4',
  ]);
});

test('one that is switched runs all cells before it is', async () => {
  assert.deepEqual(await runsOf({ seed: '1', switch: 'true {arm}' }), [
    '1 candidate 2',
    '1 candidate 4',
    '1 baseline 2',
    '1 baseline 4',
    '2 baseline 2',
    '2 baseline 4',
    '2 candidate 2',
    '2 candidate 4',
  ]);
});

test('a session that is stopped at once has no pair and no verdict', async () => {
  const { url } = await quickSimulator({ model: 'm' });
  const { url: other } = await quickSimulator({ model: 'm' });
  const stop = new AbortController();
  const played = await runTestSession(
    shortTape(join(folder, 'stop.sqlite')),
    { baseline: url.href, candidate: other.href },
    { signal: stop.signal, observer: { running: () => stop.abort() } },
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
  const observer = {
    running: (pair: number, arm: string) => {
      if (pair === 3 && arm === 'baseline') void other.close();
    },
  };
  const { made, stopped, failure } = await runTestSession(
    path,
    { ...targets, seed: '2', pairs: '4' },
    { observer },
  );
  assert.deepEqual([made, stopped], [2, true]);
  assert.match(failure?.message ?? '', new RegExp(other.url.host));
  await assert.rejects(runTestSession(path, targets), UserError);
});

const CELL: ReplayCell = {
  cell: { threads: 2, connections: 4 },
  load: { kind: 'closed', semantics: 'drain' },
};

test('a pair is closed when both arms have run, with what was recorded of its requests', () => {
  const tape = openTape(SAMPLE_TAPE);
  const cell = runningCell(CELL, tape);
  assert.deepEqual(cell.pairs(), { cell: CELL.cell, pairs: [], remade: [], recorded: null });
  const [a, b] = [sampleArmRun(), sampleArmRun(2)];
  cell.add('candidate', { run: b, exchangeIds: [2, 1] });
  assert.throws(() => cell.close('candidate'), /a run of each arm/);
  cell.add('baseline', { run: a, exchangeIds: [2, 1] });
  cell.close('candidate');
  const { pairs, recorded } = cell.pairs();
  assert.deepEqual(pairs, [{ first: 'candidate', baseline: a, candidate: b }]);
  const [first, second] = [...tape.exchanges()];
  const e2el = [second, first].map((of) => ((of?.finishedUs ?? 0) - (of?.arrivedUs ?? 0)) / 1e3);
  assert.deepEqual([...(recorded?.e2elMs ?? [])], e2el);
  tape.close();
});

const BUSY = { kind: 'loopLate', p99Ms: 30, limitMs: 5, tryWorkers: 2 } as const;

test('a pair that the load generator spoiled is made again at once, in the same order, and the others are not', async () => {
  const tape = openTape(SAMPLE_TAPE);
  const cells = [CELL, { ...CELL, cell: { threads: 2, connections: 8 } }].map((of) => runningCell(of, tape));
  const told: string[] = [];
  const spoiled = [3, 6];
  let id = 0;
  await makePair('candidate', cells, {
    switched: false,
    spare: sparePairs(12),
    run: async (arm, { cell }) => {
      told.push(`${arm} ${cell.connections}`);
      const reasons = spoiled.includes(++id) ? [BUSY] : [];
      const summary = { id, valid: reasons.length === 0, invalidReasons: reasons };
      return { run: sampleArmRun(1, { summary }), exchangeIds: [] };
    },
    remaking: (cell, reasons) => told.push(`again ${cell.connections}: ${reasons.map(({ kind }) => kind)}`),
  });
  const pair = (connections: number) => [`candidate ${connections}`, `baseline ${connections}`];
  const again = 'again 8: loopLate';
  assert.deepEqual(told, [...pair(4), ...pair(8), again, ...pair(8), again, ...pair(8)]);
  assert.deepEqual(
    cells.map((cell) => [
      cell
        .pairs()
        .pairs.map(({ first }) => first)
        .join(),
      cell.pairs().remade,
    ]),
    [
      ['candidate', []],
      ['candidate,candidate,candidate', [1, 2]],
    ],
  );
  tape.close();
});
