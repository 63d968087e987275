import type { Shard } from '../../model/run.ts';
import { usageError } from '../../model/user-error.ts';
import type { Input } from '../options.ts';
import type { LoopSettings } from '../replay/loop-settings.ts';
import type { SHARD_OPTIONS } from './shard-options.ts';

/** How the shards of a run start together. */
export type StartSetting =
  | { readonly kind: 'barrier'; readonly url: URL; readonly waitMs: number }
  /** ms since 1970. */
  | { readonly kind: 'time'; readonly atMs: number };

export interface ShardSettings {
  readonly shard: Shard;
  /** Null only where nothing is sent. */
  readonly start: StartSetting | null;
}

/** What the options of shards say; without a shard the run is sent whole. */
export interface ShardedSettings {
  readonly sharded: ShardSettings | null;
  /** The tape to be made for the results; null where they go to the tape that is replayed. */
  readonly out: string | null;
}

/** @throws UserError for options that do not go together, and for an environment without a rank */
export function shardSettings(
  { values, given, env }: Input<typeof SHARD_OPTIONS>,
  sends: boolean,
): ShardedSettings {
  const { shard: written, shards, barrier, barrierTimeout, startAt } = values;
  if (written === null) {
    const idle = given.shards ?? given.barrier ?? given.startAt ?? given.barrierTimeout;
    if (idle !== null)
      throw usageError(`${idle} is for a replay in shards`, 'add --shard i/N or --shard auto');
    return { sharded: null, out: values.out };
  }
  const shard = written === 'auto' ? rankOf(env, shards) : written;
  if (shards !== null && shards !== shard.of)
    throw usageError(
      `${given.shards} does not fit shard ${shard.index} of ${shard.of}`,
      'leave out --shards',
    );
  if (values.out === null && sends)
    throw usageError(
      `--shard ${shard.index}/${shard.of} needs a tape for its part of the results`,
      "add --out 'part-{shard}.sqlite'",
    );
  if (barrier !== null && startAt !== null)
    throw usageError(`${given.barrier} and ${given.startAt} exclude each other`, 'give one of them');
  if (barrier === null && written === 'auto' && sends)
    throw usageError(
      '--shard auto needs a barrier, since only that notices a missing shard',
      'add --barrier HOST:PORT, the address of shard 0',
    );
  if (barrier === null && startAt === null && sends)
    throw usageError(
      `--shard ${shard.index}/${shard.of} needs a common start`,
      'add --barrier HOST:PORT or --start-at TIME',
    );
  const start: StartSetting | null =
    barrier !== null
      ? { kind: 'barrier', url: barrier, waitMs: barrierTimeout / 1e3 }
      : startAt !== null
        ? { kind: 'time', atMs: startAt }
        : null;
  return {
    sharded: { shard, start },
    out: values.out?.replaceAll('{shard}', String(shard.index)) ?? null,
  };
}

/** Step IDs from here on are Slurm's own: batch scripts, interactive and external steps (slurm.h). */
const FIRST_SPECIAL_STEP = 4_294_967_280;

/**
 * The rank of this process: that of a Kubernetes Job's pod, else that of a task of a Slurm step, else Open MPI's. Slurm gives
 * rank 0 to batch scripts as well, which would send their 1/N alone: only a step that has all tasks of the job is believed.
 * @param shards as the user gave it; a pod does not know how many there are
 * @throws UserError where there is none
 */
export function rankOf(env: NodeJS.ProcessEnv, shards: number | null): Shard {
  const number = (name: string): number | null => {
    const text = env[name] ?? '';
    return /^\d+$/.test(text) ? Number(text) : null;
  };
  const ranked = (index: number, of: number): Shard => {
    if (index < of) return { index, of };
    throw usageError(`rank ${index} is none of ${of} shards`, 'give --shards the number of all');
  };
  const pod = number('JOB_COMPLETION_INDEX');
  if (pod !== null) {
    if (shards === null)
      throw usageError(
        '--shard auto does not know how many pods the Job has',
        'add --shards with its completions',
      );
    return ranked(pod, shards);
  }
  const [task, tasks] = [number('SLURM_PROCID'), number('SLURM_NTASKS')];
  const [step, inStep] = [number('SLURM_STEP_ID'), number('SLURM_STEP_NUM_TASKS')];
  const isTask = step !== null && step < FIRST_SPECIAL_STEP && inStep !== null && inStep === tasks;
  if (task !== null && tasks !== null && isTask) return ranked(task, tasks);
  const [rank, size] = [number('OMPI_COMM_WORLD_RANK'), number('OMPI_COMM_WORLD_SIZE')];
  if (rank !== null && size !== null) return ranked(rank, size);
  if (task !== null || tasks !== null || env.SLURM_JOB_ID !== undefined) {
    throw usageError(
      '--shard auto is in a Slurm job, but not in a step with all of its tasks, so its rank says nothing',
      'start it with srun, for example srun -n 4 reprise replay …',
    );
  }
  throw usageError(
    '--shard auto finds no rank: JOB_COMPLETION_INDEX, SLURM_PROCID and OMPI_COMM_WORLD_RANK are not set',
    'write --shard i/N',
  );
}

/** @throws UserError for a load that cannot be divided, and for several runs that would begin at one time */
export function refuseIndivisible(
  { shard: { of }, start }: ShardSettings,
  traffic: LoopSettings,
  repeat: number,
): void {
  const loads = traffic.kind === 'open' ? (traffic.ratesPerSec ?? [0]).length : traffic.cells.length;
  if (start?.kind === 'time' && loads * repeat > 1) {
    throw usageError(
      `--start-at starts one run, but these are ${loads * repeat}`,
      'give one load and no --repeat, or use a --barrier',
    );
  }
  if (traffic.kind === 'open') {
    if (traffic.maxInFlight === null || traffic.maxInFlight >= of) return;
    throw usageError(
      `--max-in-flight ${traffic.maxInFlight} is less than one for each of ${of} shards`,
      'raise it: it counts for all shards together',
    );
  }
  const small = traffic.cells.find(({ connections }) => connections < of);
  if (small === undefined) return;
  throw usageError(
    `${small.connections} connections are less than one for each of ${of} shards`,
    'raise --connections: it counts for all shards together',
  );
}
