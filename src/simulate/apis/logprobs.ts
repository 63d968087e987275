import { createRandom } from '../../model/random.ts';
import type { OutputPiece } from '../answers/choice-output.ts';
import type { Dialect } from '../dialect.ts';
import type { GenerationRequest } from '../requests/generation-request.ts';
import type { Token } from '../texts/prose.ts';
import { tokenText } from '../texts/tokens.ts';

/** One entry of a distribution: a token and the natural logarithm of its probability, a 32-bit float. */
interface TokenProbability extends Token {
  readonly logprob: number;
  /** 1 is the most probable. */
  readonly rank: number;
}

/**
 * The distribution a token was drawn from, made up but always the same: the token itself first, then the most probable
 * others, as vLLM lists them.
 * @param top how many others at most
 */
export function distribution(token: Token, position: number, top: number): readonly TokenProbability[] {
  const random = createRandom((token.id * 31 + position) >>> 0);
  const probability = 0.35 + 0.6 * random.uniform(0, 1);
  const logarithm = (share: number): number => Math.fround(Math.log(share));
  const entries = [{ id: token.id, text: token.text, logprob: logarithm(probability), rank: 1 }];
  let rest = 1 - probability;
  for (let i = 0; i < top; i++) {
    // Each further one takes a share of what is left, so that they fall and never add up to more than 1.
    const share = rest * random.uniform(0.4, 0.5);
    rest -= share;
    const id = (token.id + 7919 * (i + 1)) % 150_000;
    entries.push({ id, text: tokenText(id), logprob: logarithm(share), rank: i + 2 });
  }
  return entries;
}

/** A 32-bit float: pydantic writes the double that it was widened to, serde the shortest digits that give it again. */
export function floatText(value: number, dialect: Dialect): string {
  if (dialect !== 'rust') return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(Number(value.toPrecision(9)));
}

/** A token's text; one that ends within a character has none. */
function shown(text: string, dialect: Dialect): string {
  return text === '' && dialect === 'rust' ? '\ufffd' : text;
}

/** `logprobs` of a chat choice: `{"content":[…]}`; null when none are asked for. */
export function chatLogprobs(request: GenerationRequest, piece: OutputPiece, dialect: Dialect): string {
  const { logprobs: top, tokensAsIds } = request;
  if (top === null) return 'null';
  const entry = (token: TokenProbability, own: boolean): string => {
    const text = shown(token.text, dialect);
    const name = tokensAsIds ? `token_id:${token.id}` : text;
    // vLLM gives the bytes of the placeholder for alternatives, those of the text for the token itself.
    const bytes = [...Buffer.from(own ? text : name)];
    const logprob = floatText(token.logprob, dialect);
    return `"token":${JSON.stringify(name)},"logprob":${logprob},"bytes":[${bytes}]`;
  };
  const tokens = piece.tokens.map((token, i) => {
    const all = distribution(token, piece.position + i, Math.max(0, top - 1));
    const listed = all.slice(0, top).map((one) => `{${entry(one, false)}}`);
    return all.slice(0, 1).map((own) => `{${entry(own, true)},"top_logprobs":[${listed}]}`);
  });
  return `{"content":[${tokens}]}`;
}

/**
 * `logprobs` of a plain completion's choice; null when none are asked for.
 * @param echoed ids of the prompt, when the answer repeats it here: nothing is known of the first
 * @param offset characters of the answer before these tokens
 */
export function completionLogprobs(
  { logprobs: top, tokensAsIds }: GenerationRequest,
  piece: OutputPiece,
  dialect: Dialect,
  echoed: readonly number[],
  offset: number,
): string {
  if (top === null) return 'null';
  const name = ({ id, text }: Token): string =>
    JSON.stringify(tokensAsIds ? `token_id:${id}` : shown(text, dialect));
  const prompt = echoed.map((id, position) => ({ token: { id, text: tokenText(id) }, position }));
  const output = piece.tokens.map((token, i) => ({ token, position: piece.position + i }));
  let at = offset;
  const rows = [...prompt, ...output].map(({ token, position }, i) => {
    const here = at;
    at += shown(token.text, dialect).length;
    const unknown = i === 0 && echoed.length > 0;
    return { token, here, entries: unknown ? [] : distribution(token, position, top) };
  });
  const number = (value: number): string => floatText(value, dialect);
  const offsets = `"text_offset":[${rows.map(({ here }) => here)}]`;
  const own = rows.map(({ entries: [first] }) => (first === undefined ? 'null' : number(first.logprob)));
  const names = `"tokens":[${rows.map(({ token }) => name(token))}]`;
  const tops = rows.map(({ entries }) =>
    entries.length === 0 ? 'null' : `{${entries.map((one) => `${name(one)}:${number(one.logprob)}`)}}`,
  );
  return dialect === 'rust'
    ? `{${names},"token_logprobs":[${own}],"top_logprobs":[${tops}],${offsets}}`
    : `{${offsets},"token_logprobs":[${own}],${names},"top_logprobs":[${tops}]}`;
}

/** `prompt_logprobs`: by position the token and its alternatives by id; nothing is known before the first. */
export function promptLogprobs(
  { promptLogprobs: top }: GenerationRequest,
  tokens: readonly number[],
  dialect: Dialect,
): string {
  if (top === null) return 'null';
  const entries = tokens.map((id, position) => {
    if (position === 0) return 'null';
    const row = distribution({ id, text: tokenText(id) }, position, Math.max(0, top));
    const members = row.map(
      (one) =>
        `"${one.id}":{"logprob":${floatText(one.logprob, dialect)},"rank":${one.rank},` +
        `"decoded_token":${JSON.stringify(one.text)}}`,
    );
    return `{${members}}`;
  });
  return `[${entries}]`;
}
