import type { OutputPiece } from '../answers/choice-output.ts';
import type { GenerationRequest } from '../requests/generation-request.ts';
import { distribution, type TokenProbability } from '../texts/logprobs.ts';
import type { Token } from '../texts/prose.ts';
import { tokenText } from '../texts/tokens.ts';

/** How a dialect writes probabilities. */
export interface LogprobStyle {
  /** A 32-bit float. */
  readonly number: (value: number) => string;
  /** What a token says that ends within a character. */
  readonly cutCharacter: string;
  /** Keys of the plain completions' object, in order. */
  readonly order: readonly ('text_offset' | 'token_logprobs' | 'tokens' | 'top_logprobs')[];
}

/** pydantic writes the double that a 32-bit float was widened to. */
export const PYTHON_LOGPROBS: LogprobStyle = {
  number: (value) => String(value),
  cutCharacter: '',
  order: ['text_offset', 'token_logprobs', 'tokens', 'top_logprobs'],
};

/** serde writes the shortest digits that give the same 32-bit float again. */
export const RUST_LOGPROBS: LogprobStyle = {
  number(value) {
    for (let digits = 6; digits < 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === Math.fround(value)) return String(short);
    }
    return String(Number(value.toPrecision(9)));
  },
  cutCharacter: '\ufffd',
  order: ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'],
};

/** `logprobs` of a chat choice: `{"content":[…]}`. */
export function chatLogprobs(request: GenerationRequest, piece: OutputPiece, style: LogprobStyle): string {
  const top = request.logprobs ?? 0;
  const entry = (token: TokenProbability, kind: 'own' | 'top'): string => {
    const text = shown(token, style);
    const name = request.tokensAsIds ? `token_id:${token.id}` : text;
    // vLLM gives the bytes of the placeholder for alternatives, those of the text for the token itself.
    const bytes = [...Buffer.from(kind === 'own' ? text : name)];
    return `"token":${JSON.stringify(name)},"logprob":${style.number(token.logprob)},"bytes":[${bytes}]`;
  };
  const tokens = piece.tokens.map((token, i) => {
    const all = distribution(token, piece.position + i, Math.max(0, top - 1));
    const [own = all[0]] = all;
    const listed = all.slice(0, top).map((one) => `{${entry(one, 'top')}}`);
    return own === undefined ? '' : `{${entry(own, 'own')},"top_logprobs":[${listed}]}`;
  });
  return `{"content":[${tokens}]}`;
}

/**
 * `logprobs` of a plain completion's choice; `null` when none are asked for.
 * @param echoed ids of the prompt, when the answer repeats it here: nothing is known of the first
 * @param offset characters of the answer before these tokens
 */
export function completionLogprobs(
  request: GenerationRequest,
  piece: OutputPiece,
  echoed: readonly number[],
  offset: number,
  style: LogprobStyle,
): string {
  const { logprobs: top } = request;
  if (top === null) return 'null';
  const name = (token: Token): string =>
    JSON.stringify(request.tokensAsIds ? `token_id:${token.id}` : shown(token, style));
  const prompt = echoed.map((id, i) => ({ token: { id, text: tokenText(id) }, position: i, known: i > 0 }));
  const output = piece.tokens.map((token, i) => ({ token, position: piece.position + i, known: true }));
  let at = offset;
  const rows = [...prompt, ...output].map(({ token, position, known }) => {
    const here = at;
    at += shown(token, style).length;
    return { token, here, entries: known ? distribution(token, position, top) : null };
  });
  const parts = {
    text_offset: rows.map(({ here }) => here),
    token_logprobs: rows.map(({ entries }) =>
      entries === null ? 'null' : style.number(entries[0]?.logprob ?? 0),
    ),
    tokens: rows.map(({ token }) => name(token)),
    top_logprobs: rows.map(({ entries }) =>
      entries === null ? 'null' : `{${entries.map((one) => `${name(one)}:${style.number(one.logprob)}`)}}`,
    ),
  };
  return `{${style.order.map((key) => `"${key}":[${parts[key]}]`)}}`;
}

/** `prompt_logprobs`: by position the token and its alternatives by id; nothing is known before the first. */
export function promptLogprobs(tokens: readonly number[], top: number, style: LogprobStyle): string {
  const entries = tokens.map((id, position) => {
    if (position === 0) return 'null';
    const row = distribution({ id, text: tokenText(id) }, position, Math.max(0, top));
    const members = row.map(
      (one) =>
        `"${one.id}":{"logprob":${style.number(one.logprob)},"rank":${one.rank},` +
        `"decoded_token":${JSON.stringify(one.text)}}`,
    );
    return `{${members}}`;
  });
  return `[${entries}]`;
}

function shown(token: Token, style: LogprobStyle): string {
  return token.text === '' ? style.cutCharacter : token.text;
}
