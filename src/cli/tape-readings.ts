import { readAnswer } from '../chat/answers/read-answer.ts';
import { createZstdCompressor } from '../chat/content-coding.ts';
import type { TapeReadings } from '../store/record-batch.ts';
import { createExchangeReading } from './record/exchange-reading.ts';
import { KEEP_ALL, type KeepPolicy } from './record/keep-policy.ts';

/** How whatever writes a tape reads what it stores: by the policy that it was started with. */
export function tapeReadings(policy: unknown): TapeReadings {
  return {
    exchange: createExchangeReading((policy as KeepPolicy | undefined) ?? KEEP_ALL),
    result: { answer: readAnswer },
    compress: createZstdCompressor(),
  };
}
