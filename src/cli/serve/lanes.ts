import { Worker } from 'node:worker_threads';
import { systemClock } from '../../model/clock.ts';
import { openRemote, type Remote } from '../../model/remote.ts';
import { workerFile } from '../worker-file.ts';
import type { TapeReading } from './read-tape.ts';
import type { LaneData } from './shelf.worker.ts';
import type { Watcher } from './watch-tapes.ts';

/** A thread keeps the memory that its largest run took: it ends after what took longer than this, ms, or after such a run. */
const LARGE_MS = 1_000;
const MANY_REQUESTS = 100_000;

export type TapeCalls = TapeReading & Watcher;

/** A thread that reads tapes: it is started when it is needed, and again when it has died. */
interface Lane {
  readonly call: Remote<TapeCalls>['call'];
  /** Starts the thread, which loads while the caller does other things. */
  open(): void;
  /** Ends the thread, whatever it is reading. */
  close(): Promise<void>;
}

function createLane(yields: boolean): Lane {
  let open: ReturnType<typeof start> | null = null;
  const start = () => {
    const worker = new Worker(workerFile('shelf', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
      workerData: { yields } satisfies LaneData,
    });
    const remote = openRemote<TapeCalls & { loaded(): void }>(worker, {}, 'a thread that reads tapes');
    const mine = { worker, remote, loaded: remote.call('loaded').catch(() => undefined) };
    void remote.gone.then(() => {
      if (open === mine) open = null;
    });
    return mine;
  };
  return {
    call(name, ...args) {
      open ??= start();
      return open.remote.call(name, ...args);
    },
    open() {
      open ??= start();
    },
    async close() {
      const ending = open;
      open = null;
      await ending?.loaded;
      await ending?.worker.terminate();
    },
  };
}

/** The threads that read tapes for the pages. All of them give way to every other process, but for one. */
export interface Lanes {
  /** For lists and single rows, which take moments. */
  readonly light: Lane['call'];
  /**
   * For what takes long while somebody waits for it. What is done in the background is given up for it.
   * @param yields whether it gives way to other processes
   */
  heavy<K extends keyof TapeReading>(
    yields: boolean,
    name: K,
    ...args: Parameters<TapeReading[K]>
  ): Promise<Awaited<ReturnType<TapeCalls[K]>>>;
  /** For the figures of lists, when nobody waits for anything heavy; null where it was given up. */
  figures(...args: Parameters<TapeReading['figures']>): Promise<ReturnType<TapeReading['figures']> | null>;
  /** Frees the memory of what was done in the background. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

export function openLanes(): Lanes {
  const lanes = { light: createLane(true), behind: createLane(true), urgent: createLane(false) };
  const awaited = new Set<Promise<unknown>>();
  // The first page needs it, whichever it is.
  lanes.light.open();
  return {
    light: lanes.light.call,
    async heavy<K extends keyof TapeReading>(
      yields: boolean,
      name: K,
      ...args: Parameters<TapeReading[K]>
    ): Promise<Awaited<ReturnType<TapeCalls[K]>>> {
      const lane = yields ? lanes.behind : lanes.urgent;
      const isFirst = awaited.size === 0;
      const startUs = systemClock.nowUs();
      const made = (async (): Promise<Awaited<ReturnType<TapeCalls[K]>>> => {
        if (isFirst) await lanes.behind.close();
        return lane.call(name, ...(args as Parameters<TapeCalls[K]>));
      })();
      awaited.add(made);
      try {
        return await made;
      } finally {
        awaited.delete(made);
        if (awaited.size === 0 && systemClock.nowUs() - startUs > LARGE_MS * 1e3) void lane.close();
      }
    },
    async figures(...args) {
      while (awaited.size > 0) await Promise.allSettled(awaited);
      try {
        const measured = await lanes.behind.call('figures', ...args);
        if (measured.some(({ requests }) => (requests ?? 0) > MANY_REQUESTS)) await lanes.behind.close();
        return measured;
      } catch (error) {
        if (awaited.size === 0) throw error;
        return null;
      }
    },
    async rest() {
      if (awaited.size === 0) await lanes.behind.close();
    },
    async close() {
      await Promise.all(Object.values(lanes).map((lane) => lane.close()));
    },
  };
}
