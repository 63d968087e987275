import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../model/clock.ts';
import { listenFailure } from '../model/listen-failure.ts';
import { listenUrl } from '../model/listen-url.ts';
import { type Dialect, versionOf } from './dialect-name.ts';
import { BY_NAME } from './dialects/dialects.ts';
import { DEFAULT_FLAGS, type ServerFlags } from './dialects/server-flags.ts';
import type { Fault } from './faults/fault.ts';
import { createFaultList } from './faults/fault-list.ts';
import type { LatencyProfile } from './latency-profile.ts';
import { startLiveEngine } from './live-engine.ts';
import { createRoutes } from './routes/routes.ts';
import { serverInfo, systemFingerprint } from './server-info.ts';
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
  /** Flags that change what answers look like. */
  readonly flags?: Partial<ServerFlags>;
  /** What goes wrong from the start; `POST /_faults` changes it. */
  readonly faults?: readonly Fault[];
  readonly seed?: number;
  readonly clock?: Clock;
}

export interface Simulator {
  readonly url: URL;
  /** Ends at once, cutting what is in flight. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in vLLM.
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
  const wire = BY_NAME[dialect];
  const flags = { ...DEFAULT_FLAGS, ...options.flags };
  const config = {
    model_config: { model, served_model_name: model, max_model_len: profile.maxModelLen, seed },
    cache_config: { block_size: engine.blockSize },
    scheduler_config: {
      max_num_batched_tokens: limits.maxNumBatchedTokens,
      max_num_seqs: limits.maxNumSeqs,
      stream_interval: options.streamInterval ?? 1,
    },
  };
  const route = createRoutes({
    maxModelLen: profile.maxModelLen,
    model,
    dialect: wire,
    flags,
    faults: createFaultList(options.faults ?? [], seed),
    streamInterval: options.streamInterval ?? 1,
    seed,
    timeScale,
    engine,
    fingerprint: systemFingerprint(versionOf(dialect), config, flags),
    metricsPage: () => ({
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      text: metrics.page(dialect, engine),
    }),
    serverInfo: (format) => serverInfo(config, format),
    refuseConnections(ms) {
      server.close();
      setTimeout(() => {
        if (!closed) server.listen(address.port, host);
      }, ms / timeScale).unref();
    },
    wallMs: clock.wallMs,
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    readText(request, wire.maxBodyBytes).then(
      (text) => route(request, text, response),
      () => response.destroy(),
    );
  });
  let closed = false;
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    throw listenFailure(error, host, port);
  });
  const address = server.address() as AddressInfo;
  return {
    url: listenUrl('http', host, address.port),
    async close() {
      closed = true;
      engine.stop();
      server.closeAllConnections();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

/** The body as a text; null when it is longer than `limit` bytes, which is then read no further. */
async function readText(request: IncomingMessage, limit: number | null): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (limit !== null && bytes > limit) return null;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
