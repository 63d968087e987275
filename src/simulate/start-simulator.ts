import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../model/clock.ts';
import { listenFailure } from '../model/listen-failure.ts';
import { listenUrl } from '../model/listen-url.ts';
import { type EngineOptions, type EngineSettings, engineOptions } from './engine-options.ts';
import { kvBlocks } from './kv-capacity.ts';
import type { LatenessSummary } from './lateness.ts';
import { type LiveEngine, startLiveEngine } from './live-engine.ts';
import type { CacheConfig } from './metrics/cache-config.ts';
import type { ProcessUse } from './metrics/process-families.ts';
import { createRoutes } from './routes.ts';
import { createServerMetrics, type ServerMetrics } from './server-metrics.ts';

/** vLLM's constant: idle connections are closed after this long, ms. */
const KEEP_ALIVE_MS = 5_000;

/** uvicorn's: with less, a burst of connections waits for the kernel's second try, a second later. */
const BACKLOG = 2_048;

export interface SimulatorOptions extends EngineSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Model time per wall time: 10 is ten times as fast as the real card. */
  readonly timeScale: number;
  /** Name of the served model; the profile's by default. */
  readonly model?: string;
  /** Tokens that a stream gathers before it writes, 1 by default. */
  readonly streamInterval?: number;
  /** Choices that may be under way, running or not; no limit by default. */
  readonly maxNumQueuedReqs?: number | null;
  readonly clock?: Clock;
}

export interface Simulator {
  readonly url: URL;
  /** How late the steps' tokens were handed out, in wall time: beyond a few ms it is the machine that is measured. */
  lateness(): LatenessSummary;
  /** Ends at once, cutting what is in flight. */
  close(): Promise<void>;
}

/**
 * Starts a stand-in vLLM.
 * @throws UserError (as a rejection) when it cannot listen there, or its card's memory does not hold one request
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { host, port, profile, timeScale, clock = systemClock } = options;
  const model = options.model ?? profile.model;
  const server = engineOptions(options);
  const metrics = serverMetrics(server, model);
  const engine = startLiveEngine({
    server,
    timeScale,
    maxNumQueuedReqs: options.maxNumQueuedReqs ?? null,
    clock,
    observer: metrics.counter,
  });
  const startedSec = clock.wallMs() / 1e3;
  const route = createRoutes({
    profile,
    model,
    dialect: server.dialect,
    streamInterval: options.streamInterval ?? 1,
    seed: server.seed,
    engine,
    metricsPage: () => metrics.page(engine, processUse(startedSec)),
    wallMs: clock.wallMs,
  });
  const http = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    countAnswer(request, response, engine, metrics);
    readText(request).then(
      (text) => route(request, text, response),
      () => response.destroy(),
    );
  });
  http.listen({ port, host, backlog: BACKLOG });
  await once(http, 'listening').catch((error: NodeJS.ErrnoException) => {
    engine.stop();
    throw listenFailure(error, host, port);
  });
  const address = http.address() as AddressInfo;
  return {
    url: listenUrl('http', host, address.port),
    lateness: engine.lateness,
    async close() {
      engine.stop();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

function serverMetrics(server: EngineOptions, model: string): ServerMetrics {
  const { profile, dialect, prefixCaching, apiServerCount, speculation } = server;
  const cache = cacheConfig(server);
  return createServerMetrics({
    dialect,
    model,
    maxModelLen: profile.maxModelLen,
    cache,
    blockSize: cache?.blockSize ?? 1,
    prefixCaching: prefixCaching && cache !== null,
    draftTokens: speculation?.draftTokens ?? 0,
    apiServerCount,
  });
}

function cacheConfig({ profile, limits, prefixCaching }: EngineOptions): CacheConfig | null {
  if (profile.kind === 'fixed') return null;
  const { gpuMemoryUtilization } = limits;
  const { blockSize, kvBytesPerToken } = profile.memory;
  const { maxModelLen } = profile;
  const blocks = kvBlocks(profile.memory, gpuMemoryUtilization, maxModelLen);
  return { blockSize, blocks, gpuMemoryUtilization, prefixCaching, maxModelLen, kvBytesPerToken };
}

function processUse(startedSec: number): ProcessUse {
  const { user, system } = process.cpuUsage();
  return { residentBytes: process.memoryUsage.rss(), cpuSec: (user + system) / 1e6, startedSec };
}

/** Counts the answer when it has left or its client has gone. */
function countAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  engine: LiveEngine,
  metrics: ServerMetrics,
): void {
  const fromUs = engine.nowUs();
  const { method = 'GET', url = '/', headers } = request;
  response.on('close', () => {
    metrics.answered({
      method,
      handler: url.split('?', 1)[0] ?? url,
      status: response.statusCode,
      seconds: (engine.nowUs() - fromUs) / 1e6,
      requestBytes: Number(headers['content-length'] ?? 0),
      responseBytes: Number(response.getHeader('content-length') ?? 0),
    });
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
