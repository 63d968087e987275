import { Worker } from 'node:worker_threads';
import type { ExchangeSink } from '../../model/exchange.ts';
import { UserError } from '../../model/user-error.ts';
import { workerFile } from '../worker-file.ts';
import type { FromProxyThread, ProxyThreadData, ProxyThreadStats, ToProxyThread } from './proxy-messages.ts';

export interface ProxyThreadsOptions extends Omit<ProxyThreadData, 'stride' | 'offset'> {
  readonly threads: number;
  readonly sink: ExchangeSink;
  /** Why what would be recorded must be refused, null when it need not; asked several times a second. */
  readonly refuseRecorded: () => string | null;
  /** Told when a thread died; the others go on. */
  readonly onDeath: (sentence: string) => void;
}

/** Proxy threads that share one port; the kernel deals new connections out among them. */
export interface ProxyThreads {
  readonly url: URL;
  /** Sums over all threads, the worst of their event loops; some tenths of a second old. */
  stats(): ProxyThreadStats;
  close(graceMs: number): Promise<void>;
}

const ASK_EVERY_MS = 100;

const NO_STATS: ProxyThreadStats = {
  inFlight: 0,
  requests: 0,
  recorded: 0,
  resent: 0,
  forwardSeconds: 0,
  loopDelayMs: { p50: 0, p99: 0, max: 0 },
};

/**
 * Starts them, the first before the others when it has to find a free port.
 * @throws UserError (as a rejection) when they cannot listen there
 */
export async function startProxyThreads(options: ProxyThreadsOptions): Promise<ProxyThreads> {
  const { threads, sink, refuseRecorded, onDeath, ...data } = options;
  const started = [await startThread({ ...data, stride: threads, offset: 0 }, sink, onDeath)];
  const { url } = started[0] ?? never();
  const port = Number(url.port);
  const others = Array.from({ length: threads - 1 }, (_, i) =>
    startThread({ ...data, port, stride: threads, offset: i + 1 }, sink, onDeath),
  );
  started.push(...(await Promise.all(others)));

  let told: string | null = null;
  const asking = setInterval(() => {
    const why = refuseRecorded();
    if (why === told) return;
    told = why;
    for (const thread of started) thread.post({ kind: 'refuse', why });
  }, ASK_EVERY_MS);
  return {
    url,
    stats: () => started.map((thread) => thread.stats()).reduce(together, NO_STATS),
    async close(graceMs) {
      clearInterval(asking);
      await Promise.all(
        started.map((thread) => {
          thread.post({ kind: 'close', graceMs });
          return thread.ended;
        }),
      );
    },
  };
}

interface ProxyThread {
  readonly url: URL;
  readonly ended: Promise<void>;
  stats(): ProxyThreadStats;
  post(message: ToProxyThread): void;
}

async function startThread(
  data: ProxyThreadData,
  sink: ExchangeSink,
  onDeath: (sentence: string) => void,
): Promise<ProxyThread> {
  const worker = new Worker(workerFile('proxy', import.meta.url), { workerData: data });
  const ready = Promise.withResolvers<URL>();
  const ended = Promise.withResolvers<void>();
  let stats = NO_STATS;
  worker.on('message', (message: FromProxyThread) => {
    switch (message.kind) {
      case 'ready':
        return ready.resolve(new URL(message.url));
      case 'refused':
        return ready.reject(
          message.isUserError ? new UserError(message.message) : new Error(message.message),
        );
      case 'start':
        return sink.start(message.start);
      case 'part':
        return sink.part(message.number, message.part);
      case 'end':
        return sink.end(message.end);
      default:
        stats = message.stats;
    }
  });
  worker.on('error', (error) => {
    onDeath(`a proxy thread died: ${(error as Error).message}`);
    ready.reject(error);
  });
  worker.on('exit', () => ended.resolve());
  return {
    url: await ready.promise,
    ended: ended.promise,
    stats: () => stats,
    post: (message) => worker.postMessage(message),
  };
}

function together(a: ProxyThreadStats, b: ProxyThreadStats): ProxyThreadStats {
  const worst = (of: 'p50' | 'p99' | 'max'): number => Math.max(a.loopDelayMs[of], b.loopDelayMs[of]);
  return {
    inFlight: a.inFlight + b.inFlight,
    requests: a.requests + b.requests,
    recorded: a.recorded + b.recorded,
    resent: a.resent + b.resent,
    forwardSeconds: a.forwardSeconds + b.forwardSeconds,
    loopDelayMs: { p50: worst('p50'), p99: worst('p99'), max: worst('max') },
  };
}

function never(): never {
  throw new Error('no proxy thread was started');
}
