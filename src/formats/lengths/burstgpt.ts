import { csvFormat } from '../reading/csv-reader.ts';
import { unitsUs } from '../reading/instants.ts';
import { countOf } from '../reading/numbers.ts';
import { lengthExchange, ownPrompt } from './length-trace.ts';

/** BurstGPT (HPMLL/BurstGPT): seconds from the first midnight, tokens in and out; later files add sessions and durations. */
export const BURSTGPT = csvFormat(['Timestamp', 'Request tokens', 'Response tokens'], () => {
  let rows = 0;
  return (cells) => {
    const arrivedUs = unitsUs(cells('Timestamp'), 1e6);
    const inputTokens = countOf(cells('Request tokens'));
    if (arrivedUs === null) return 'malformed';
    const elapsedUs = unitsUs(cells('Elapsed time'), 1e6);
    return lengthExchange({
      arrivedUs,
      parts: ownPrompt(rows++, inputTokens ?? 0),
      inputTokens,
      outputTokens: countOf(cells('Response tokens')),
      model: cells('Model'),
      session: cells('Session ID'),
      ...(elapsedUs === null ? {} : { answer: { outcome: 'ok', finishedUs: arrivedUs + elapsedUs } }),
    });
  };
});
