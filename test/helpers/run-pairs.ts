import { type PairObserver, type PairsRun, runPairs } from '../../src/cli/compare/run-pairs.ts';
import { sessionLabels } from '../../src/cli/compare/run-session.ts';
import { loadRequests } from '../../src/cli/replay/load-requests.ts';
import { openRunTape } from '../../src/cli/tape-file.ts';
import type { LatencyProfile } from '../../src/simulate/engine/latency-profile.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulate/start-simulator.ts';
import { givenAb } from './given-options.ts';
import { httpCall } from './http-call.ts';
import { writeTape } from './written-tape.ts';

/** Sessions of pairs in this process, over real sockets, against servers whose times are known. */

/** Times that leave a noisy machine some room: a sender may be 40 ms late before its run counts for nothing. */
export const STEADY: LatencyProfile = {
  kind: 'fixed',
  name: 'steady',
  model: 'm',
  maxModelLen: 8_192,
  dialect: 'v0.32',
  ttftMs: 400,
  itlMs: 40,
};

/** The same four times as fast, where nothing depends on whether the figures are any good. */
export const BRISK: LatencyProfile = { ...STEADY, ttftMs: 100, itlMs: 10 };

/** A server on a free port, or a given one; the caller closes it. */
export function steadyServer(options: Partial<SimulatorOptions> = {}): Promise<Simulator> {
  return startSimulator({ host: '127.0.0.1', port: 0, profile: STEADY, timeScale: 1, ...options });
}

/** Factors on a simulated server's times from now on, such as `{ decode: 1.5 }`. */
export async function setSpeed(url: URL, factors: object): Promise<void> {
  await httpCall(new URL('/_speed', url), factors);
}

/** Makes a tape of requests that have nothing in common and want a few tokens each. */
export function shortTape(path: string, requests = 8, words = 20, tokens = 4): string {
  const exchanges = Array.from({ length: requests }, (_, i) => ({
    body: {
      model: 'm',
      messages: [{ role: 'user', content: `${i} questions: ${`why ${i} `.repeat(words)}` }],
      max_tokens: tokens,
      stream: true,
    },
    request: { model: 'm', maxTokens: tokens },
    answer: { completionTokens: tokens },
  }));
  writeTape(path, exchanges);
  return path;
}

/** What a session is told unless a test says otherwise: short runs, one request from each connection. */
const OPTIONS = {
  primary: 'tpot',
  inconclusive: 'fail',
  threads: '2',
  connections: '4',
  requests: '4',
  usage: 'final',
  warmup: '2',
  pairs: '3',
  timeout: '10s',
} as const;

const UNOBSERVED: PairObserver = {
  switching: () => undefined,
  warming: () => undefined,
  timingControl: () => undefined,
  running: () => undefined,
  remaking: () => undefined,
  paired: () => undefined,
};

/** Plays a session on a tape and closes it. */
export async function runTestSession(
  path: string,
  options: Parameters<typeof givenAb>[0],
  { observer = {}, signal = new AbortController().signal }: TestSessionOptions = {},
): Promise<PairsRun> {
  const { pairs: _pairs, ...looking } = OPTIONS;
  const usual = options.sequential === undefined ? OPTIONS : looking;
  const settings = givenAb({ ...usual, ...options });
  const { tape, reader, close } = await openRunTape(path, () => undefined);
  try {
    const loaded = loadRequests(reader, path, settings.traffic.requests);
    const labels = sessionLabels(reader.runs(), settings.labels, {
      baseline: 'baseline',
      candidate: 'candidate',
    });
    return await runPairs({
      settings,
      labels,
      loaded,
      tape,
      reader,
      signal,
      observer: { ...UNOBSERVED, ...observer },
    });
  } finally {
    await close();
  }
}

interface TestSessionOptions {
  readonly observer?: Partial<PairObserver>;
  readonly signal?: AbortSignal;
}
