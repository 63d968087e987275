import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../model/clock.ts';
import { listenFailure } from '../model/listen-failure.ts';
import { listenUrl } from '../model/listen-url.ts';
import type { Dialect } from './dialect-name.ts';
import type { LatencyProfile } from './latency-profile.ts';
import { startLiveEngine } from './live-engine.ts';
import { createRoutes } from './routes.ts';
import { createServerMetrics } from './server-metrics.ts';

/** vLLM's constant: idle connections are closed after this long, ms. */
const KEEP_ALIVE_MS = 5_000;

export interface SimulatorOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly profile: LatencyProfile;
  /** Model time per wall time: 10 is ten times as fast as the real card. */
  readonly timeScale: number;
  readonly maxNumSeqs?: number;
  readonly maxNumBatchedTokens?: number;
  /** Name of the served model; the profile's by default. */
  readonly model?: string;
  /** v0.8.5 by default. */
  readonly dialect?: Dialect;
  /** Tokens that a stream gathers before it writes, 1 by default. */
  readonly streamInterval?: number;
  readonly seed?: number;
  readonly clock?: Clock;
}

export interface Simulator {
  readonly url: URL;
  /** Ends at once, cutting what is in flight. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in vLLM 0.8.5.
 * @throws UserError (as a rejection) when it cannot listen there
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host, port, profile, timeScale, seed = 1, clock = systemClock } = options;
  const model = options.model ?? profile.model;
  const limits = {
    maxNumSeqs: options.maxNumSeqs ?? profile.maxNumSeqs,
    maxNumBatchedTokens: options.maxNumBatchedTokens ?? profile.maxNumBatchedTokens,
  };
  const metrics = createServerMetrics(model);
  const engine = startLiveEngine(profile, limits, timeScale, seed, clock, metrics);
  const dialect = options.dialect ?? 'v0.8.5';
  const route = createRoutes({
    profile,
    model,
    dialect,
    streamInterval: options.streamInterval ?? 1,
    seed,
    engine,
    metricsPage: () => ({
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      text: metrics.page(dialect, engine),
    }),
    wallMs: clock.wallMs,
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    readText(request).then(
      (text) => route(request, text, response),
      () => response.destroy(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, host, port);
  });
  const address = server.address() as AddressInfo;
  return {
    url: listenUrl('http', host, address.port),
    async close() {
      engine.stop();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
