import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordBytes, tapeCounters } from '../../../src/store/writing/tape-counters.ts';

test('every thread sees why records are lost, or soon will be', () => {
  const ours = tapeCounters();
  const others = tapeCounters(ours.shared);
  const limit = 10 * recordBytes(0);
  const trouble = (): string | null => others.trouble(limit);
  assert.equal(trouble(), null);
  ours.setNearlyFull(true);
  assert.equal(trouble(), 'the disk of the tape is nearly full');
  ours.setFailing(true);
  assert.equal(trouble(), 'the tape cannot be written');
  ours.setNearlyFull(false);
  assert.equal(trouble(), 'the tape cannot be written');
  ours.setFailing(false);
  for (let n = 0; n < 9; n += 1) assert.ok(ours.enqueue(recordBytes(0), limit));
  assert.equal(trouble(), 'the tape is written too slowly');
  assert.ok(others.enqueue(recordBytes(0), limit) && !ours.enqueue(recordBytes(0), limit));
  for (let n = 0; n < 10; n += 1) others.dequeue(recordBytes(0));
  assert.equal(trouble(), null);
  ours.drop('write_failed', 2);
  others.drop('write_failed', 3);
  others.takeOver(4);
  assert.deepEqual([ours.drops(), ours.takenOver()], [{ write_failed: 9 }, 4]);
});
