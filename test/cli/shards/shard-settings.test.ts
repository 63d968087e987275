import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inputOf } from '../../../src/cli/options.ts';
import { SHARD_OPTIONS } from '../../../src/cli/shards/shard-options.ts';
import { rankOf, refuseIndivisible, shardSettings } from '../../../src/cli/shards/shard-settings.ts';

/** What the options say, each as a user writes it. */
function settingsOf(texts: Readonly<Record<string, string>>, env: NodeJS.ProcessEnv = {}) {
  const given = new Map(Object.entries(texts).map(([name, text]) => [name, [text]] as const));
  return shardSettings(inputOf(SHARD_OPTIONS, given, new Map(), { arguments: [], env }), true);
}

const slurm = (task: string, tasks?: string, step?: string, inStep?: string): NodeJS.ProcessEnv => ({
  SLURM_JOB_ID: '7',
  SLURM_PROCID: task,
  ...(tasks === undefined ? {} : { SLURM_NTASKS: tasks }),
  ...(step === undefined ? {} : { SLURM_STEP_ID: step }),
  ...(inStep === undefined ? {} : { SLURM_STEP_NUM_TASKS: inStep }),
});

test('the rank is that of a pod, a task of a Slurm step or Open MPI, in this order', () => {
  const mpi = { OMPI_COMM_WORLD_RANK: '5', OMPI_COMM_WORLD_SIZE: '6' };
  const step = slurm('3', '4', '0', '4');
  assert.deepEqual(rankOf({ JOB_COMPLETION_INDEX: '2', ...step, ...mpi }, 8), { index: 2, of: 8 });
  assert.deepEqual(rankOf({ ...step, ...mpi }, null), { index: 3, of: 4 });
  assert.deepEqual(rankOf({ ...slurm('0', '4'), ...mpi }, null), { index: 5, of: 6 });
  assert.throws(() => rankOf({ JOB_COMPLETION_INDEX: '2' }, null), /how many pods the Job has: add --shards/);
  assert.throws(() => rankOf({ JOB_COMPLETION_INDEX: '8' }, 8), /rank 8 is none of 8 shards/);
  assert.throws(() => rankOf({}, null), /finds no rank: .*write --shard i\/N/);
});

test('Slurm’s variables outside of a step of all tasks are not a rank, and srun is named', () => {
  for (const [where, env] of [
    ['the script of sbatch -n4', slurm('0', '4')],
    ['the script of sbatch without -n', slurm('0')],
    ['the shell of salloc -n4', { SLURM_JOB_ID: '7', SLURM_NTASKS: '4' }],
    ['the same as an interactive step', slurm('0', '4', '4294967290', '1')],
    ['a batch script that was submitted inside a step of one task', slurm('0', '4', '0', '1')],
    ['one task inside a job of four', { ...slurm('0', '4', '0', '1') }],
  ] as const)
    assert.throws(() => rankOf(env, null), /not in a step with all of its tasks.*srun/, where);
});

test('--shard is a part of a whole, with a tape for its results and a common start', () => {
  const barrier = { out: 'p-{shard}.sqlite', barrier: 'host:7001' };
  assert.deepEqual(settingsOf({ shard: '1/4', ...barrier }), {
    sharded: {
      shard: { index: 1, of: 4 },
      start: { kind: 'barrier', url: new URL('http://host:7001'), waitMs: 300_000 },
    },
    out: 'p-1.sqlite',
  });
  const timed = settingsOf({ shard: '0/2', out: 'p', startAt: '2026-11-28T10:00:00Z' });
  assert.deepEqual(timed.sharded?.start, { kind: 'time', atMs: Date.UTC(2026, 10, 28, 10) });
  assert.deepEqual(settingsOf({ shard: '0/2', out: 'p', startAt: '1795860000' }).sharded?.start, {
    kind: 'time',
    atMs: 1_795_860_000_000,
  });
  assert.deepEqual(settingsOf({ out: 'whole.sqlite' }), { sharded: null, out: 'whole.sqlite' });
  const auto = settingsOf({ shard: 'auto', ...barrier }, slurm('3', '4', '0', '4'));
  assert.deepEqual([auto.sharded?.shard, auto.out], [{ index: 3, of: 4 }, 'p-3.sqlite']);
});

test('what does not go together is one sentence with the remedy', () => {
  for (const [texts, sentence] of [
    [{ shard: '4/4' }, /--shard 4\/4 is not a shard: write i\/N/],
    [{ shard: '1' }, /is not a shard/],
    [{ shard: '0/2' }, /needs a tape for its part of the results: add --out/],
    [{ shard: '0/2', out: 'p' }, /needs a common start: add --barrier/],
    [{ shard: '0/2', out: 'p', barrier: 'h:1', startAt: '1795860000' }, /exclude each other/],
    [{ shard: '0/2', out: 'p', barrier: 'h:1', shards: '3' }, /--shards 3 does not fit shard 0 of 2/],
    [{ shard: '0/2', out: 'p', barrier: 'host' }, /is not the address of a barrier/],
    [{ shard: '0/2', out: 'p', startAt: 'noon' }, /is not a time/],
    [{ barrier: 'h:1' }, /--barrier h:1 is for a replay in shards: add --shard/],
    [{ shards: '4' }, /is for a replay in shards/],
  ] as const)
    assert.throws(() => settingsOf(texts), sentence, JSON.stringify(texts));
  const pod = { JOB_COMPLETION_INDEX: '0' };
  assert.throws(
    () => settingsOf({ shard: 'auto', shards: '2', out: 'p', startAt: '1795860000' }, pod),
    /--shard auto needs a barrier, since only that notices a missing shard/,
  );
});

test('a load that has not one connection for each shard is refused', () => {
  const settings = { shard: { index: 0, of: 4 }, start: null };
  const closed = { kind: 'closed', semantics: 'drain', cells: [{ threads: 1, connections: 3 }] } as const;
  assert.throws(
    () => refuseIndivisible(settings, closed, 1),
    /3 connections are less than one for each of 4 shards/,
  );
  const open = {
    kind: 'open',
    shape: { kind: 'recorded' },
    ratesPerSec: null,
    timeScale: 1,
    maxInFlight: 3,
  } as const;
  assert.throws(() => refuseIndivisible(settings, open, 1), /--max-in-flight 3 is less than one/);
  refuseIndivisible(settings, { ...open, maxInFlight: null }, 1);
  const four = { ...closed, cells: [{ threads: 1, connections: 4 }] };
  refuseIndivisible(settings, four, 1);
  const timed = { ...settings, start: { kind: 'time', atMs: 0 } } as const;
  refuseIndivisible(timed, four, 1);
  assert.throws(
    () => refuseIndivisible(timed, four, 2),
    /--start-at starts one run, but these are 2: give one load/,
  );
});
