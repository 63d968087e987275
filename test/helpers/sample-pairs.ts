import { MARGIN } from '../../src/compare/compared-metrics.ts';
import type { ServerDescription } from '../../src/compare/servers/server-description.ts';
import type { Answer, ArmRun, CellPairs, Pair, RequestColumns } from '../../src/compare/session/arm-run.ts';
import type { SessionRules } from '../../src/compare/session/session-plan.ts';
import { NO_SAMPLE } from '../../src/measure/sample.ts';

/** Sessions by hand: every request of a run takes exactly what its run is told to, so every figure is known. */

const REQUESTS = 40;

/** Milliseconds of a run as slow as usual; times differ between positions as prompts do. */
export function sampleColumns(scale = 1, requests = REQUESTS): RequestColumns {
  const times = (ms: number): Float64Array =>
    new Float64Array(requests).map((_, i) => ms * scale * (1 + (i % 7) / 10));
  return { e2elMs: times(1000), ttftMs: times(100), tpotMs: times(20), longestStallMs: times(100) };
}

export function sampleAnswer(overrides: Partial<Answer> = {}): Answer {
  return { hash: 'a', tokens: 50, finishReason: 'length', calledTools: false, ...overrides };
}

export const SAID: ServerDescription = {
  version: '{"version":"0.32.0"}',
  models: '{"object":"list","data":[{"id":"tiny","created":1,"root":"/models/tiny"}]}',
  serverInfo: null,
  command: null,
  fingerprint: null,
  processStartSec: 100,
  counters: { 'vllm:generation_tokens_total': 1000 },
};

/** A run, `scale` times as slow as usual. */
export function sampleArmRun(
  scale = 1,
  overrides: Partial<Omit<ArmRun, 'summary'>> & { readonly summary?: Partial<ArmRun['summary']> } = {},
): ArmRun {
  return {
    requests: sampleColumns(scale),
    values: { servedOutputTokensPerSec: 500 / scale, servedRequestsPerSec: 10 / scale },
    answers: Array.from({ length: REQUESTS }, () => sampleAnswer()),
    server: null,
    controlMs: null,
    descriptions: { start: SAID, end: SAID },
    ...overrides,
    summary: {
      id: 1,
      requests: REQUESTS,
      errors: 0,
      valid: true,
      invalidReasons: [],
      tokenSources: { usage: REQUESTS },
      completionLength: NO_SAMPLE,
      pinnedTokens: { asked: 0, generated: 0 },
      ...overrides.summary,
    },
  };
}

/** A pair whose candidate is `ratio` times as slow as its baseline. */
export function samplePair(ratio: number, change: (pair: Pair) => Partial<Pair> = () => ({})): Pair {
  const pair: Pair = { first: 'baseline', baseline: sampleArmRun(), candidate: sampleArmRun(ratio) };
  return { ...pair, ...change(pair) };
}

/** A cell with a pair for each ratio, in ABBA order, its runs numbered from 1. */
export function sampleCell(
  ratios: readonly number[],
  change: (pair: Pair, k: number) => Partial<Pair> = () => ({}),
): CellPairs {
  const pairs = ratios.map((ratio, k) => {
    const first = k % 2 === 0 ? 'baseline' : 'candidate';
    const [a, b] = first === 'baseline' ? [2 * k + 1, 2 * k + 2] : [2 * k + 2, 2 * k + 1];
    const pair: Pair = {
      first,
      baseline: sampleArmRun(1, { summary: { id: a } }),
      candidate: sampleArmRun(ratio, { summary: { id: b } }),
    };
    return { ...pair, ...change(pair, k) };
  });
  return { cell: { threads: 2, connections: 20 }, pairs, remade: [], recorded: null };
}

/** What `ab` declares unless told otherwise. */
export const RULES: SessionRules = {
  looks: [6],
  primary: 'tpot',
  margins: MARGIN,
  restartsPlanned: false,
  sameServer: false,
  control: false,
  accepted: [],
};

/** Ratios of six pairs around one value, with a noise of about 1 %. */
export function noisyRatios(around: number): readonly number[] {
  return [-0.012, 0.009, 0.003, -0.006, 0.011, -0.005].map((noise) => around * Math.exp(noise));
}
