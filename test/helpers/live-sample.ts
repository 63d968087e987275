import type { LiveSample } from '../../src/model/completion.ts';

/** A streamed answer that ended well. */
export const OK_SAMPLE = {
  status: 200,
  outcome: 'ok',
  ttftUs: 40_000,
  e2elUs: 500_000,
  promptTokens: 3,
  completionTokens: 50,
  bytes: 9,
} as const satisfies LiveSample;
