import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellInPlay } from '../../../src/cli/compare/play-pairs.ts';
import type { ReplayCell } from '../../../src/cli/replay/loop-settings.ts';
import { openTape } from '../../../src/store/tape-reader.ts';
import { sampleArmRun } from '../../helpers/sample-pairs.ts';
import { SAMPLE_TAPE } from '../../helpers/sample-tape.ts';

const CELL: ReplayCell = {
  cell: { threads: 2, connections: 4 },
  load: { kind: 'closed', semantics: 'drain' },
};

test('a pair is closed when both arms have run, with what was recorded of its requests', () => {
  const tape = openTape(SAMPLE_TAPE);
  const cell = cellInPlay(CELL, tape);
  assert.deepEqual(cell.pairs(), { cell: CELL.cell, pairs: [], recorded: null });
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
