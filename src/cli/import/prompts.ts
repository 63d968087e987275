import { COMPLETIONS } from '../../chat/apis/completions.ts';
import { usualPath } from '../../chat/apis/table.ts';
import type { ForeignRequest } from '../../formats/format.ts';
import { createTextPrompts, createTokenPrompts } from '../../formats/lengths/synthetic-prompt.ts';
import type { ImportSettings } from './import-settings.ts';
import type { BodyRequest } from './tape-row.ts';
import { learnVocabulary } from './text-vocabulary.ts';
import { openTokenizer, type Tokenizer } from './tokenizer.ts';

/** Makes requests of what only lengths are known of. */
export interface Prompts {
  readonly kind: 'tokens' | 'text';
  write(request: Extract<ForeignRequest, { readonly kind: 'lengths' }>): BodyRequest;
}

/** @throws UserError (as a rejection) when the tokenizer that is asked for gives no answer */
export async function openPrompts(settings: ImportSettings): Promise<Prompts> {
  const { tokenizer, model } = settings;
  if (tokenizer === null) return tokenPrompts(model);
  return textPrompts(await openTokenizer(tokenizer, model), model);
}

async function textPrompts(tokenizer: Tokenizer, given: string | null): Promise<Prompts> {
  const maker = createTextPrompts(await learnVocabulary(tokenizer));
  return {
    kind: 'text',
    write({ parts, maxTokens, model }) {
      const members = tokenizer.members(maker.write(parts));
      return { path: tokenizer.path, headers: [], bytes: bodyOf(given ?? model, members, maxTokens) };
    },
  };
}

function bodyOf(model: string | null, members: string, maxTokens: number): Buffer {
  const first = model === null ? '' : `"model":${JSON.stringify(model)},`;
  return Buffer.from(`{${first}${members},"max_tokens":${maxTokens}}`);
}

function tokenPrompts(given: string | null): Prompts {
  const maker = createTokenPrompts();
  const path = usualPath(COMPLETIONS);
  return {
    kind: 'tokens',
    write({ parts, maxTokens, model }) {
      const members = `"prompt":[${maker.write(parts)}]`;
      return { path, headers: [], bytes: bodyOf(given ?? model, members, maxTokens) };
    },
  };
}
