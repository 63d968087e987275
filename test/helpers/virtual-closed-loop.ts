import { createRandom } from '../../src/model/random.ts';
import { createEngine } from '../../src/simulate/engine/create-engine.ts';
import type { EngineRequest, EngineSettings } from '../../src/simulate/engine/engine.ts';

/** A closed loop played in model time: hours take seconds, and no socket blurs the model. */
export interface VirtualLoad {
  readonly server: EngineSettings;
  readonly connections: number;
  readonly durationUs: number;
  /** The n-th request of the whole run. */
  readonly request: (n: number) => Omit<EngineRequest, 'id'>;
  /** Of the client's chance. */
  readonly seed: number;
}

/** One answered request, in microseconds. */
export interface VirtualAnswer {
  readonly sentUs: number;
  readonly latencyUs: number;
  readonly ttftUs: number;
  /** Mean time between the tokens of its first choice; null for one token. */
  readonly tpotUs: number | null;
  /** The longest time between two tokens of its first choice. */
  readonly longestGapUs: number;
  readonly cachedTokens: number;
}

export interface VirtualResult {
  /** The requests that ended within the duration, in order of their end. */
  readonly answers: readonly VirtualAnswer[];
  /** Preemptions in the whole run. */
  readonly preemptions: number;
}

interface Flight {
  readonly sentUs: number;
  readonly outputTokens: number;
  cachedTokens: number;
  firstTokenUs: number;
  lastTokenUs: number;
  longestGapUs: number;
}

/** Time between an answer and the next request of the same connection: client and loopback, microseconds. */
const TURNAROUND_US = 300;

/** The first requests of all connections come within this time, microseconds. */
const START_SPREAD_US = 5_000;

/** A request as the reference benchmark's: its prompt is shorter than a block. */
export function shortRequest(promptTokens = 13, outputTokens = 50): Omit<EngineRequest, 'id'> {
  return {
    promptTokens,
    promptBlocks: [],
    choices: [{ outputTokens, finishReason: 'length' }],
    maxTokens: outputTokens,
  };
}

/** Runs `connections` clients, each sending its next request when its answer has come, as wrk does. */
export function virtualClosedLoop({ connections, seed, ...load }: VirtualLoad): VirtualResult {
  const random = createRandom(seed);
  const sends = Array.from({ length: connections }, () => random.uniform(0, START_SPREAD_US)).sort(
    (a, b) => a - b,
  );
  return play(load, sends, (answeredUs) => answeredUs + TURNAROUND_US);
}

/** Sends requests at the given times, rising, whatever the server does; every one of them is answered. */
export function virtualOpenLoop(
  load: Pick<VirtualLoad, 'server' | 'request'>,
  arrivalsUs: readonly number[],
): VirtualResult {
  return play({ ...load, durationUs: Number.POSITIVE_INFINITY }, [...arrivalsUs], () => null);
}

/** @param sends when the first requests leave; @param next when another one leaves after an answer, or null */
function play(
  { server, durationUs, request }: Omit<VirtualLoad, 'connections' | 'seed'>,
  sends: number[],
  next: (answeredUs: number) => number | null,
): VirtualResult {
  const engine = createEngine(server);
  const flights = new Map<number, Flight>();
  const answers: VirtualAnswer[] = [];
  let preemptions = 0;
  let ids = 0;

  function send(atUs: number): void {
    const id = ids++;
    const asked = request(id);
    const outputTokens = asked.choices[0]?.outputTokens ?? 0;
    flights.set(id, {
      sentUs: atUs,
      outputTokens,
      cachedTokens: 0,
      firstTokenUs: 0,
      lastTokenUs: 0,
      longestGapUs: 0,
    });
    engine.submit({ ...asked, id }, atUs);
  }

  for (;;) {
    const due = engine.nextDueUs();
    const first = sends[0];
    if (first !== undefined && (due === null || first <= due)) {
      sends.shift();
      if (first <= durationUs) send(first);
      continue;
    }
    if (due === null) return { answers, preemptions };
    engine.advance(due, (event) => {
      if (event.kind === 'preempted') preemptions += 1;
      if (event.kind === 'scheduled' && !event.resumed) {
        const flight = flights.get(event.id);
        if (flight !== undefined && event.choice === 0) flight.cachedTokens = event.cachedTokens;
      }
      if (event.kind === 'tokens') {
        for (const { id, choice } of event.deliveries) {
          const flight = flights.get(id);
          if (flight === undefined || choice !== 0) continue;
          if (flight.firstTokenUs === 0) flight.firstTokenUs = event.atUs;
          else flight.longestGapUs = Math.max(flight.longestGapUs, event.atUs - flight.lastTokenUs);
          flight.lastTokenUs = event.atUs;
        }
      }
      if (event.kind !== 'answered') return;
      const flight = flights.get(event.id);
      flights.delete(event.id);
      const again = next(event.atUs);
      if (again !== null) sends.push(again);
      if (flight !== undefined && event.atUs <= durationUs) answers.push(answerOf(flight, event.atUs));
    });
  }
}

function answerOf(flight: Flight, answeredUs: number): VirtualAnswer {
  const { sentUs, firstTokenUs, lastTokenUs, longestGapUs, outputTokens, cachedTokens } = flight;
  return {
    sentUs,
    latencyUs: answeredUs - sentUs,
    ttftUs: firstTokenUs - sentUs,
    tpotUs: outputTokens > 1 ? (lastTokenUs - firstTokenUs) / (outputTokens - 1) : null,
    longestGapUs,
    cachedTokens,
  };
}
