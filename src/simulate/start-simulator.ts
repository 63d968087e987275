import { type Clock, systemClock } from '../model/clock.ts';
import { DEFAULT_FLAGS, FRONT_ENDS, type ServerFlags } from './dialect.ts';
import { engineOptions } from './engine/create-engine.ts';
import type { EngineOptions, EngineSettings } from './engine/engine.ts';
import { kvBlocks } from './engine/kv-cache.ts';
import { startLiveEngine } from './engine/live-engine.ts';
import { createFaultList, type Fault } from './faults/fault.ts';
import { startHttpServer } from './http/http-server.ts';
import { createRoutes } from './http/routes.ts';
import { createFiguresCounter } from './metrics/figures.ts';
import { type CacheConfig, type Server, type ServerSettings, systemFingerprint } from './server.ts';

/** What may be left out: the profile's model, a stream interval of 1 and no limit to the queue are usual. */
type UsualSettings = Partial<Pick<ServerSettings, 'model' | 'streamInterval' | 'maxNumQueuedReqs'>>;

export interface SimulatorOptions extends EngineSettings, UsualSettings, Pick<ServerSettings, 'timeScale'> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Flags that change what answers look like. */
  readonly flags?: Partial<ServerFlags>;
  /** What goes wrong from the start; `POST /_faults` changes it. */
  readonly faults?: readonly Fault[];
  readonly clock?: Clock;
}

/**
 * Starts a simulated vLLM.
 * @throws UserError (as a rejection) when it cannot listen there, or its card's memory does not hold one request
 */
export async function startSimulator(options: SimulatorOptions) {
  const { clock = systemClock, timeScale } = options;
  const given = engineOptions(options);
  const { profile, dialect } = given;
  const settings: ServerSettings = {
    ...given,
    model: options.model ?? profile.model,
    cache: cacheConfig(given),
    timeScale,
    streamInterval: options.streamInterval ?? 1,
    maxNumQueuedReqs: options.maxNumQueuedReqs ?? null,
    flags: { ...DEFAULT_FLAGS, ...options.flags },
  };
  const counter = createFiguresCounter(settings, timeScale);
  const engine = startLiveEngine(settings, clock, counter);
  const server: Server = {
    ...settings,
    engine,
    figures: counter.figures,
    faults: createFaultList(options.faults ?? [], given.seed),
    fingerprint: systemFingerprint(settings),
    startedSec: clock.wallMs() / 1e3,
    wallMs: clock.wallMs,
    refuseConnections: (ms) => http.refuse(ms / timeScale),
  };
  const http = await startHttpServer({
    host: options.host,
    port: options.port,
    maxBodyBytes: FRONT_ENDS[dialect].maxBodyBytes,
    answer: createRoutes(server),
  }).catch((error: unknown) => {
    engine.stop();
    throw error;
  });
  return {
    url: http.url,
    /** How late the steps' tokens were handed out, in wall time: beyond a few ms it is the machine that is measured. */
    lateness: engine.lateness,
    /** Ends at once, cutting what is in flight. */
    close(): Promise<void> {
      engine.stop();
      return http.close();
    },
  };
}

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;

function cacheConfig({ profile, limits }: EngineOptions): CacheConfig | null {
  if (profile.kind === 'fixed') return null;
  const blocks = kvBlocks(profile.memory, limits.gpuMemoryUtilization, profile.maxModelLen);
  return { blockSize: profile.memory.blockSize, blocks };
}
