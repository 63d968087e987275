import type { RequestTiming } from '../dialects/dialect.ts';

/** The instants of one answer, microseconds of model time, noted as they come. */
export interface AnswerTiming {
  queued(atUs: number): void;
  scheduled(atUs: number): void;
  token(atUs: number): void;
  /** As the client's clock would measure them. */
  read(): RequestTiming;
}

export function answerTiming(timeScale: number): AnswerTiming {
  let queuedUs: number | null = null;
  let scheduledUs: number | null = null;
  let firstUs: number | null = null;
  let lastUs: number | null = null;
  const ms = (fromUs: number | null, toUs: number | null): number =>
    fromUs === null || toUs === null ? 0 : Math.max(0, (toUs - fromUs) / 1e3 / timeScale);
  return {
    queued(atUs) {
      queuedUs ??= atUs;
    },
    scheduled(atUs) {
      scheduledUs ??= atUs;
    },
    token(atUs) {
      firstUs ??= atUs;
      lastUs = atUs;
    },
    read: () => ({
      timeToFirstTokenMs: ms(scheduledUs, firstUs),
      generationMs: ms(firstUs, lastUs),
      queueMs: ms(queuedUs, scheduledUs),
    }),
  };
}
