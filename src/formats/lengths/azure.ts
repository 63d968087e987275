import { csvFormat } from '../reading/csv-reader.ts';
import { isoUs } from '../reading/instants.ts';
import { countOf } from '../reading/numbers.ts';
import { lengthExchange, ownPrompt } from './length-trace.ts';

/** Azure's public traces of LLM inference (Azure/AzurePublicDataset): when, and how many tokens in and out. */
export const AZURE = csvFormat(['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'], () => {
  let rows = 0;
  return (cells) => {
    const arrivedUs = isoUs(cells('TIMESTAMP'));
    const inputTokens = countOf(cells('ContextTokens'));
    if (arrivedUs === null) return 'malformed';
    return lengthExchange({
      arrivedUs,
      parts: ownPrompt(rows++, inputTokens ?? 0),
      inputTokens,
      outputTokens: countOf(cells('GeneratedTokens')),
      model: null,
      session: null,
    });
  };
});
