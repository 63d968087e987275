import { type Clock, systemClock } from '../model/clock.ts';
import { DEFAULT_FLAGS, FRONT_ENDS, type ServerFlags } from './dialect.ts';
import { engineOptions } from './engine/create-engine.ts';
import type { EngineOptions, EngineSettings } from './engine/engine.ts';
import { kvBlocks } from './engine/kv-cache.ts';
import { type LatenessSummary, startLiveEngine } from './engine/live-engine.ts';
import { createFaultList, type Fault } from './faults/fault.ts';
import { startHttpServer } from './http/http-server.ts';
import { createRoutes } from './http/routes.ts';
import { createFiguresCounter } from './metrics/figures.ts';
import { type CacheConfig, metricsPage } from './metrics/page.ts';
import { serverInfo, systemFingerprint } from './server-info.ts';

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
  /** Flags that change what answers look like. */
  readonly flags?: Partial<ServerFlags>;
  /** What goes wrong from the start; `POST /_faults` changes it. */
  readonly faults?: readonly Fault[];
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
  const { profile, timeScale, clock = systemClock } = options;
  const model = options.model ?? profile.model;
  const server = engineOptions(options);
  const { dialect, prefixCaching, apiServerCount, speculation } = server;
  const cache = cacheConfig(server);
  const counter = createFiguresCounter({
    dialect,
    maxModelLen: profile.maxModelLen,
    blockSize: cache?.blockSize ?? 1,
    prefixCaching: prefixCaching && cache !== null,
    draftTokens: speculation?.draftTokens ?? 0,
  });
  const engine = startLiveEngine({
    server,
    timeScale,
    maxNumQueuedReqs: options.maxNumQueuedReqs ?? null,
    clock,
    observer: counter,
  });
  const startedSec = clock.wallMs() / 1e3;
  const streamInterval = options.streamInterval ?? 1;
  const flags = { ...DEFAULT_FLAGS, ...options.flags };
  const settings = {
    engine: server,
    model,
    cache,
    streamInterval,
    maxNumQueuedReqs: options.maxNumQueuedReqs ?? null,
    flags,
  };
  const page = { dialect, model, cache, apiServerCount, startedSec };
  const route = createRoutes({
    maxModelLen: profile.maxModelLen,
    model,
    dialect,
    flags,
    faults: createFaultList(options.faults ?? [], server.seed),
    streamInterval,
    seed: server.seed,
    timeScale,
    engine,
    fingerprint: systemFingerprint(settings),
    metricsPage: () => metricsPage(page, counter.figures, engine),
    serverInfo: (format) => serverInfo(settings, format),
    refuseConnections: (ms) => http.refuse(ms / timeScale),
    wallMs: clock.wallMs,
  });
  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    maxBodyBytes: FRONT_ENDS[dialect].maxBodyBytes,
    answer: route,
  }).catch((error: unknown) => {
    engine.stop();
    throw error;
  });
  return {
    url: http.url,
    lateness: engine.lateness,
    close() {
      engine.stop();
      return http.close();
    },
  };
}

/** Null for a profile without a cache. */
function cacheConfig({ profile, limits, prefixCaching }: EngineOptions): CacheConfig | null {
  if (profile.kind === 'fixed') return null;
  const { gpuMemoryUtilization } = limits;
  const { blockSize } = profile.memory;
  const blocks = kvBlocks(profile.memory, gpuMemoryUtilization, profile.maxModelLen);
  return { blockSize, blocks, gpuMemoryUtilization, prefixCaching };
}
