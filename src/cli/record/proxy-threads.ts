import { Worker } from 'node:worker_threads';
import { localRemote, openRemote, type Remote } from '../../model/remote.ts';
import { workerFile } from '../worker-file.ts';
import {
  createProxy,
  NO_STATS,
  type ProxyEvents,
  type ProxySettings,
  type ProxyStats,
  type RecordingProxy,
} from './proxy.ts';
import type { SeriesMember, TapeSeries } from './tape-series.ts';

/** The proxies of a recording: one on this thread, or several threads that share a port. */
export interface Proxies {
  readonly url: URL;
  /** Sums over all of them, the worst of their event loops; some tenths of a second old. */
  stats(): ProxyStats;
  /** The same as of now. */
  freshStats(): Promise<ProxyStats>;
  close(graceMs: number): Promise<void>;
}

/** One of them. */
interface StartedProxy {
  readonly remote: Remote<RecordingProxy>;
  readonly member: SeriesMember;
  stats: ProxyStats;
  /** Ends its thread, if it has one. */
  end(): void;
}

/**
 * Starts them, the first before the others, since it may have to find a free port. With several the kernel deals new
 * connections out among them.
 * @param onDeath given a sentence when a thread died; the others continue
 * @throws UserError (as a rejection) when they cannot listen there
 */
export async function startProxies(
  settings: ProxySettings,
  workers: number,
  tapes: Pick<TapeSeries, 'join'>,
  onDeath: (sentence: string) => void,
): Promise<Proxies> {
  const started: StartedProxy[] = [];
  let closing = false;

  async function start(worker: number, port: number): Promise<URL> {
    const proxy = startProxy(workers > 1, tapes);
    started.push(proxy);
    void proxy.remote.gone.then(({ message }) => {
      proxy.member.leaveAll();
      if (!closing) onDeath(`a proxy thread died: ${message}`);
    });
    return new URL(await proxy.remote.call('listen', { ...settings, port }, { worker, workers }));
  }

  const stats = (): ProxyStats => started.map((proxy) => proxy.stats).reduce(together, NO_STATS);

  async function freshStats(): Promise<ProxyStats> {
    const each = started.map(async (proxy) => {
      // One that has died keeps its last ones.
      proxy.stats = await proxy.remote.call('stats').catch(() => proxy.stats);
    });
    await Promise.all(each);
    return stats();
  }

  async function close(graceMs: number): Promise<void> {
    closing = true;
    const each = started.map(async (proxy) => {
      // One that has died is closed.
      proxy.stats = await proxy.remote.call('close', graceMs).catch(() => proxy.stats);
      proxy.end();
    });
    await Promise.all(each);
  }

  try {
    const url = await start(0, settings.port);
    const others = Array.from({ length: workers - 1 }, (_, i) => start(i + 1, Number(url.port)));
    await Promise.all(others);
    return { url, stats, freshStats, close };
  } catch (error) {
    await close(0);
    throw error;
  }
}

function startProxy(threaded: boolean, tapes: Pick<TapeSeries, 'join'>): StartedProxy {
  const events: ProxyEvents = {
    left: (number) => started.member.left(number),
    stats(stats) {
      started.stats = stats;
    },
  };
  const worker = threaded ? new Worker(workerFile('proxy', import.meta.url)) : null;
  const remote: Remote<RecordingProxy> =
    worker === null
      ? localRemote(createProxy(events))
      : openRemote<RecordingProxy>(worker, events, 'the thread of a proxy');
  const member = tapes.join((number, captureId, tape) => remote.call('enter', number, captureId, tape));
  const started: StartedProxy = { remote, member, stats: NO_STATS, end: () => void worker?.terminate() };
  return started;
}

function together(a: ProxyStats, b: ProxyStats): ProxyStats {
  const worst = (of: 'p50' | 'p99' | 'max'): number => Math.max(a.loopDelayMs[of], b.loopDelayMs[of]);
  return {
    inFlight: a.inFlight + b.inFlight,
    requests: a.requests + b.requests,
    recorded: a.recorded + b.recorded,
    resent: a.resent + b.resent,
    refused: a.refused + b.refused,
    connections: a.connections + b.connections,
    connectionsRefused: a.connectionsRefused + b.connectionsRefused,
    forwardSeconds: a.forwardSeconds + b.forwardSeconds,
    loopDelayMs: { p50: worst('p50'), p99: worst('p99'), max: worst('max') },
  };
}
