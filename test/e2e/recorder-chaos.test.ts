import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chaos } from '../helpers/chaos.ts';
import { tempFolder } from '../helpers/temp-folder.ts';

// Hours of it: npm run bench:chaos -- --minutes 60
test('whatever happens to the recorder, its disk, its terminal and its upstream, each answer is right, and on a tape or counted', async () => {
  const figures = await chaos({ seed: 4, durationMs: 4_000, clients: 4, folder: tempFolder() });
  assert.deepEqual(figures.violations, []);
  assert.ok(figures.answered > 20 && figures.recorders > 1, JSON.stringify(figures));
});
