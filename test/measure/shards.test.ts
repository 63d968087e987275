import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinShardEnds, shardReasons, startSkew } from '../../src/measure/shards.ts';
import type { Cell, RunEnd, RunHealth, ShardStart } from '../../src/model/run.ts';
import { RUN_END } from '../helpers/sample-records.ts';

const start = (index: number, lateMs: number, more: Partial<ShardStart> = {}): ShardStart => ({
  index,
  lateMs,
  offsetMs: 0,
  uncertaintyMs: 0,
  driftMs: 0,
  end: 'complete',
  ...more,
});

test('the skew is the span of the starts, and at most that with the errors of the clocks', () => {
  const shards = [start(0, 1), start(1, 4, { uncertaintyMs: 0.5 }), start(2, -1, { driftMs: -2 })];
  assert.deepEqual(startSkew(shards), { skewMs: 5, mostMs: 4.5 + 3 });
  assert.equal(startSkew([start(0, 0, { lateMs: null })]), null);
});

test('a run is invalid where shards began too far apart: 50 ms, or 1 % of the window where that is more', () => {
  const apart = [start(0, 0), start(1, 60)];
  assert.deepEqual(shardReasons(apart, 2, 1_000), [{ kind: 'startSkewed', skewMs: 60, limitMs: 50 }]);
  assert.deepEqual(shardReasons(apart, 2, 60_000), []);
  assert.deepEqual(shardReasons([start(0, 0), start(1, 49, { uncertaintyMs: 2 })], 2, 1_000), [
    { kind: 'startSkewed', skewMs: 51, limitMs: 50 },
  ]);
});

test('a shard that was lost, stopped or is not there makes the run invalid; those that it stopped are not to blame', () => {
  const shards = [
    start(0, 0, { end: 'stoppedByAnother' }),
    start(1, 0, { end: 'stopped' }),
    start(3, 0, { end: 'lost' }),
  ];
  assert.deepEqual(shardReasons(shards, 4, 1_000), [{ kind: 'shardsLost', shards: [1, 2, 3], of: 4 }]);
  assert.deepEqual(shardReasons([start(0, 0), start(1, 0)], 2, 1_000), []);
  assert.deepEqual(shardReasons([start(3, 0)], null, 1_000), [], 'a shard that knows of itself alone');
});

/** The part of a shard of `cell`. */
const ended = (cell: Cell, end: Partial<RunEnd>, health: Partial<RunHealth> = {}) => ({
  cell,
  end: { ...RUN_END, ...end },
  health: { ...RUN_END.health, ...health },
});

test("the ends of a closed loop's shards are joined: the window ends with the first that has no work", () => {
  const cell = { threads: 2, connections: 8 };
  const parts = [
    ended(
      { threads: 2, connections: 6 },
      { windowUs: 10e6, endedUs: 12e6 },
      { connectionsOpen: 6, occupancy: 1, rampMs: 3, cpuSeconds: 1, retried: 1 },
    ),
    ended(
      { threads: 2, connections: 2 },
      { windowUs: 9e6, endedUs: 11e6, stoppedEarly: true },
      { connectionsOpen: 2, occupancy: 0.6, rampMs: 5, cpuSeconds: 2, retried: 0 },
    ),
  ];
  const shards = [start(0, 0), start(1, 0)];
  const joined = joinShardEnds(parts, cell, shards, new Float64Array());
  assert.deepEqual([joined.windowUs, joined.endedUs, joined.stoppedEarly], [9e6, 12e6, true]);
  const { connectionsOpen, occupancy, rampMs, drainMs, cpuSeconds, retried, scheduleLagP99Ms } =
    joined.health ?? {};
  assert.deepEqual(
    { connectionsOpen, occupancy, rampMs, drainMs, cpuSeconds, retried, scheduleLagP99Ms },
    {
      connectionsOpen: 8,
      occupancy: 0.9,
      rampMs: 5,
      drainMs: 3000,
      cpuSeconds: 3,
      retried: 1,
      scheduleLagP99Ms: null,
    },
  );
  assert.deepEqual(joined.health?.shards, shards);
});

test('lags of an open loop are those of all requests, and its window ends with the last one', () => {
  const cell = { threads: 1, connections: 2, ratePerSec: 10 };
  const open = { occupancy: null, rampMs: null };
  const parts = [ended(cell, { windowUs: 9e6 }, open), ended(cell, { windowUs: 10e6 }, open)];
  const { windowUs, health } = joinShardEnds(parts, cell, [], Float64Array.of(1000, 2000, 3000));
  assert.deepEqual(
    [windowUs, health?.scheduleLagP50Ms, health?.scheduleLagMaxMs, health?.occupancy],
    [10e6, 2, 3, null],
  );
});
