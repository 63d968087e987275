import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { usualPath } from '../../chat/apis/table.ts';
import type { ForeignRequest } from '../../formats/format.ts';
import { createTokenPrompts } from '../../formats/lengths/synthetic-prompt.ts';
import type { ImportSettings } from './import-settings.ts';
import type { BodyRequest } from './tape-row.ts';

/** Makes requests of what only lengths are known of. */
export interface Prompts {
  readonly kind: 'tokens' | 'text';
  write(request: Extract<ForeignRequest, { readonly kind: 'lengths' }>): BodyRequest;
}

/** @throws UserError (as a rejection) when the tokenizer that is asked for gives no answer */
export async function openPrompts(settings: ImportSettings): Promise<Prompts> {
  return tokenPrompts(settings.model);
}

function tokenPrompts(given: string | null): Prompts {
  const maker = createTokenPrompts();
  const path = usualPath(COMPLETIONS);
  return {
    kind: 'tokens',
    write({ parts, maxTokens, model }) {
      const name = given ?? model;
      const first = name === null ? '' : `"model":${JSON.stringify(name)},`;
      const text = `{${first}"prompt":[${maker.write(parts)}],"max_tokens":${maxTokens}}`;
      return { path, headers: [], bytes: Buffer.from(text) };
    },
  };
}
