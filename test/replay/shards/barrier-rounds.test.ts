import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShardStart } from '../../../src/model/run.ts';
import type { ToBarrier, ToShard } from '../../../src/replay/shards/barrier-messages.ts';
import { BarrierRounds } from '../../../src/replay/shards/barrier-rounds.ts';

/** A barrier and its shards, without sockets: what each shard was told, in order. */
function conversation(of: number) {
  const waits: boolean[] = [];
  const rounds = new BarrierRounds({
    of,
    version: '1',
    session: 's',
    aheadUs: 150,
    nowUs: () => 1000,
    onWaiting: (waiting) => waits.push(waiting),
  });
  const shard = (index: number, join: Partial<ToBarrier & { kind: 'join' }> = {}) => {
    const told: ToShard[] = [];
    let ended = false;
    const line = {
      send: (message: ToShard) => void told.push(message),
      end: () => {
        ended = true;
      },
    };
    const say = (message: ToBarrier): void => rounds.hear(line, message);
    say({ kind: 'join', index, of, version: '1', ...join });
    return {
      say,
      reach: (step: 'begin' | 'warm' | 'ready', identity = 'plan') =>
        say({ kind: 'reached', step, identity }),
      done: (end: ShardStart['end'] = 'complete') => say({ kind: 'done', start: startOf(index, end) }),
      lose: () => rounds.lose(line),
      /** What it was told since the last question. */
      heard: () => told.splice(0),
      ended: () => ended,
    };
  };
  return { rounds, waits, shard };
}

const startOf = (index: number, end: ShardStart['end']): ShardStart => ({
  index,
  lateMs: 1,
  offsetMs: 0,
  uncertaintyMs: 0.1,
  driftMs: 0,
  end,
});

const LOST = { lateMs: null, offsetMs: null, uncertaintyMs: null, driftMs: null, end: 'lost' };

test('all pass each step together, when the last has reached it, and the last step names the start', () => {
  const { shard, rounds, waits } = conversation(2);
  const [a, b] = [shard(0), shard(1)];
  for (const [step, atUs] of [
    ['begin', 0],
    ['warm', 0],
    ['ready', 1150],
  ] as const) {
    a.reach(step);
    assert.deepEqual(a.heard(), [], step);
    b.reach(step);
    for (const one of [a, b]) assert.deepEqual(one.heard(), [{ kind: 'passed', step, run: 's-1', atUs }]);
  }
  assert.equal(rounds.isUnderWay, true);
  b.done();
  a.done();
  const end = { kind: 'end', shards: [startOf(0, 'complete'), startOf(1, 'complete')] };
  assert.deepEqual([a.heard(), b.heard()], [[end], [end]]);
  assert.equal(rounds.isUnderWay, false);
  assert.deepEqual(waits, [true, false]);
  b.reach('begin');
  assert.deepEqual(waits, [true, false, true], 'the next run is waited for once one shard is there');
  a.reach('begin');
  assert.deepEqual(a.heard(), [{ kind: 'passed', step: 'begin', run: 's-2', atUs: 0 }]);
});

test('a shard that is lost during the run stops the others, and the end names it', () => {
  const { shard } = conversation(3);
  const all = [shard(0), shard(1), shard(2)];
  for (const step of ['begin', 'warm', 'ready'] as const) for (const one of all) one.reach(step);
  const [a, b, c] = all;
  for (const one of all) one.heard();
  b?.lose();
  assert.deepEqual(a?.heard(), [{ kind: 'stop' }]);
  c?.done('stoppedByAnother');
  a?.done('stoppedByAnother');
  assert.deepEqual(a?.heard().at(-1), {
    kind: 'end',
    shards: [startOf(0, 'stoppedByAnother'), { index: 1, ...LOST }, startOf(2, 'stoppedByAnother')],
  });
});

test('a shard that stops by itself stops the others', () => {
  const { shard } = conversation(2);
  const [a, b] = [shard(0), shard(1)];
  for (const step of ['begin', 'warm', 'ready'] as const) for (const one of [a, b]) one.reach(step);
  a.heard();
  b.done('stopped');
  assert.deepEqual(a.heard(), [{ kind: 'stop' }]);
});

test('before the run a shard that is gone, wrong or missing ends the wait of all, and each gets the reason', () => {
  const lost = conversation(2);
  const waiting = lost.shard(0);
  waiting.reach('begin');
  lost.shard(1).lose();
  assert.deepEqual(waiting.heard(), [{ kind: 'refused', why: { kind: 'gone', index: 1 } }]);
  assert.equal(waiting.ended(), true);

  for (const [join, why] of [
    [{ of: 3 }, { kind: 'count', index: 1, of: 3, expected: 2 }],
    [{ version: '2' }, { kind: 'version', index: 1, version: '2', expected: '1' }],
  ] as const) {
    const { shard } = conversation(2);
    const [a, b] = [shard(0), shard(1, join)];
    assert.deepEqual([a.heard(), b.heard()], [[{ kind: 'refused', why }], [{ kind: 'refused', why }]]);
    assert.deepEqual(shard(1).heard(), [{ kind: 'refused', why }], 'and so is whoever comes later');
  }

  const failed = conversation(2);
  const loading = failed.shard(0);
  failed.shard(1).say({ kind: 'bye' });
  assert.ok(!failed.waits.includes(true), 'nobody waits while all are reading their tapes');
  assert.deepEqual(loading.heard(), [{ kind: 'refused', why: { kind: 'gone', index: 1 } }]);

  const plans = conversation(2);
  const [a, b] = [plans.shard(0), plans.shard(1)];
  a.reach('begin');
  b.reach('begin', 'another');
  assert.deepEqual(a.heard(), [{ kind: 'refused', why: { kind: 'plan', index: 1 } }]);

  const missing = conversation(4);
  const there = [missing.shard(0), missing.shard(2)];
  for (const one of there) one.reach('begin');
  missing.rounds.expire(300_000);
  const why = { kind: 'missing', shards: [1, 3], of: 4, waitedMs: 300_000 };
  assert.deepEqual(there[0]?.heard(), [{ kind: 'refused', why }]);
});

test('of two shards of one number the second is refused, and the others continue', () => {
  const { shard } = conversation(2);
  const [a, again, b] = [shard(0), shard(0), shard(1)];
  assert.deepEqual(again.heard(), [{ kind: 'refused', why: { kind: 'duplicate', index: 0 } }]);
  for (const one of [a, b]) one.reach('begin');
  assert.equal(b.heard().at(-1)?.kind, 'passed');
});

test('leaving after the last run is not a loss', () => {
  const { shard, waits } = conversation(2);
  const [a, b] = [shard(0), shard(1)];
  for (const step of ['begin', 'warm', 'ready'] as const) for (const one of [a, b]) one.reach(step);
  for (const one of [a, b]) one.done();
  for (const one of [a, b]) one.heard();
  a.say({ kind: 'bye' });
  assert.deepEqual(b.heard(), []);
  b.say({ kind: 'bye' });
  assert.equal(waits.at(-1), false);
});
