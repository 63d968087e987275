import { createEngine } from '../../src/simulate/engine/create-engine.ts';
import type { Engine, EngineEvent, EngineRequest, EngineSettings } from '../../src/simulate/engine/engine.ts';

/** A request that comes at an instant, microseconds. */
export interface TimedRequest extends Partial<Omit<EngineRequest, 'id'>> {
  readonly atUs: number;
  /** Of its one choice, unless choices are given. */
  readonly outputTokens?: number;
}

/** A whole request out of what a test cares about. */
export function engineRequest(
  id: number,
  { outputTokens = 1, ...rest }: Partial<TimedRequest>,
): EngineRequest {
  return {
    promptTokens: 13,
    promptBlocks: [],
    choices: [{ outputTokens, finishReason: 'length' }],
    maxTokens: null,
    ...rest,
    id,
  };
}

/**
 * All that happens to requests, numbered in their order, when the driver looks `everyUs`, or at each due instant.
 */
export function playEngine(
  settings: EngineSettings,
  requests: readonly TimedRequest[],
  everyUs: number | null = null,
): EngineEvent[] {
  const engine = createEngine(settings);
  const events: EngineEvent[] = [];
  const tell = (event: EngineEvent): void => void events.push(event);
  const inOrder = [...requests.entries()].sort(([, a], [, b]) => a.atUs - b.atUs);
  for (const [id, request] of inOrder) {
    engine.advance(request.atUs, tell);
    engine.submit(engineRequest(id, request), request.atUs);
  }
  playToEnd(engine, tell, everyUs);
  return events;
}

/** Advances until nothing is due. */
export function playToEnd(
  engine: Engine,
  tell: (event: EngineEvent) => void,
  everyUs: number | null = null,
): void {
  for (let at = engine.nextDueUs(); at !== null; at = engine.nextDueUs()) {
    engine.advance(everyUs === null ? at : Math.ceil(at / everyUs) * everyUs, tell);
  }
}

/** The events of one request; a step's tokens belong to all that get some. */
export function eventsOf(events: readonly EngineEvent[], id: number): readonly EngineEvent[] {
  return events.filter((event) =>
    event.kind === 'tokens' ? event.deliveries.some((delivery) => delivery.id === id) : event.id === id,
  );
}
