import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Run } from '../../model/run.ts';
import type { Slo } from '../../model/slo.ts';
import { UserError } from '../../model/user-error.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { workerFile } from '../worker-file.ts';
import { MEASURES, type Measured } from './measure-run.ts';

/** What a thread that measures runs of a tape is started with; it is then sent one run after the other. */
export interface MeasurerThreadData {
  readonly path: string;
  readonly measure: keyof Measured;
  readonly slo: Slo | null;
}

export interface MeasureOptions {
  readonly slo: Slo | null;
  /** Threads that share the runs; chosen by the machine and by how much there is to read where it is absent. */
  readonly threads?: number;
}

/** A thread costs 0.1 s and some 80 MB: below this many results one alone is done sooner. */
const WORTH_THREADS = 100_000;
const MOST_THREADS = 4;

/** A row lives for microseconds: room for many of them is memory without use. */
const LIMITS = { maxYoungGenerationSizeMb: 8 } as const;

/** Measures runs of a tape, in the order given, on several threads where that is worth it. */
export async function measureRuns<M extends keyof Measured>(
  measure: M,
  tape: TapeReader,
  path: string,
  runs: readonly Run[],
  { slo, threads = threadsFor(tape, runs) }: MeasureOptions,
): Promise<readonly Measured[M][]> {
  if (threads === 1) return runs.map((run) => MEASURES[measure](tape, run, slo) as Measured[M]);
  const measured: Measured[M][] = [];
  const waiting = runs.entries();
  const work = async (): Promise<void> => {
    const thread = startMeasurer<Measured[M]>({ path, measure, slo });
    try {
      for (const [i, run] of waiting) measured[i] = await thread.measure(run);
    } finally {
      await thread.close();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return measured;
}

function threadsFor(tape: TapeReader, runs: readonly Run[]): number {
  const results = runs.reduce((sum, { id }) => sum + tape.resultCount(id), 0);
  return results < WORTH_THREADS
    ? 1
    : Math.max(1, Math.min(availableParallelism(), runs.length, MOST_THREADS));
}

function startMeasurer<T>(workerData: MeasurerThreadData) {
  const worker = new Worker(workerFile('measurer', import.meta.url), { workerData, resourceLimits: LIMITS });
  return {
    measure(run: Run): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const fail = (error: Error): void => reject(asThrown(error));
      worker.once('error', fail);
      worker.once('message', (measured: T) => {
        worker.off('error', fail);
        resolve(measured);
      });
      worker.postMessage(run);
      return promise;
    },
    close: () => worker.terminate(),
  };
}

/** An error loses its class between threads, and keeps its name. */
function asThrown(error: Error): Error {
  return error.name === 'UserError' ? new UserError(error.message) : error;
}
