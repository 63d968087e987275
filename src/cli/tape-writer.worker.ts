import { readAnswer } from '../chat/answers/read-answer.ts';
import { serveTapeThread } from '../store/serve-tape-thread.ts';
import { createExchangeReading } from './record/exchange-reading.ts';
import { KEEP_ALL, type KeepPolicy } from './record/keep-policy.ts';

/** The tape's thread: the one place where bytes are parsed, redacted, compressed and written while traffic runs. */
serveTapeThread((policy) => ({
  exchange: createExchangeReading((policy as KeepPolicy | undefined) ?? KEEP_ALL),
  result: { answer: readAnswer },
}));
