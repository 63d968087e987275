import { createRandom } from '../../model/random.ts';
import type { OutputPiece } from '../answers/choice-output.ts';
import type { Dialect } from '../dialect.ts';
import type { GenerationRequest } from '../requests/generation-request.ts';
import type { Token } from '../texts/prose.ts';
import { tokenText } from '../texts/tokens.ts';

/** One entry of a distribution: a token and the natural logarithm of its probability, a 32-bit float. */
interface TokenProbability extends Token {
  readonly logprob: number;
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
  const entries = [{ id: token.id, text: token.text, logprob: logarithm(probability) }];
  let rest = 1 - probability;
  for (let i = 0; i < top; i++) {
    // Each further one takes a share of what is left, so that they fall and never add up to more than 1.
    const share = rest * random.uniform(0.4, 0.5);
    rest -= share;
    const id = (token.id + 7919 * (i + 1)) % 150_000;
    entries.push({ id, text: tokenText(id), logprob: logarithm(share) });
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
  const { logprobs: top } = request;
  if (top === null) return 'null';
  const entry = (token: TokenProbability): string => {
    const text = shown(token.text, dialect);
    const logprob = floatText(token.logprob, dialect);
    return `"token":${JSON.stringify(text)},"logprob":${logprob},"bytes":[${[...Buffer.from(text)]}]`;
  };
  const tokens = piece.tokens.map((token, i) => {
    const all = distribution(token, piece.position + i, Math.max(0, top - 1));
    const listed = all.slice(0, top).map((one) => `{${entry(one)}}`);
    return all.slice(0, 1).map((own) => `{${entry(own)},"top_logprobs":[${listed}]}`);
  });
  return `{"content":[${tokens}]}`;
}

/**
 * `logprobs` of a plain completion's choice; null when none are asked for.
 * @param offset characters of the answer before these tokens
 */
export function completionLogprobs(
  { logprobs: top }: GenerationRequest,
  piece: OutputPiece,
  dialect: Dialect,
  offset: number,
): string {
  if (top === null) return 'null';
  const texts = piece.tokens.map(({ text }) => shown(text, dialect));
  const rows = piece.tokens.map((token, i) => distribution(token, piece.position + i, top));
  const number = ({ logprob }: TokenProbability): string => floatText(logprob, dialect);
  let at = offset;
  const offsets = texts.map((text) => {
    at += text.length;
    return at - text.length;
  });
  const named = `"tokens":[${texts.map((text) => JSON.stringify(text))}]`;
  const own = `"token_logprobs":[${rows.map(([first]) => (first === undefined ? 'null' : number(first)))}]`;
  const tops = rows.map((row) => {
    const members = row.map((one) => `${JSON.stringify(shown(one.text, dialect))}:${number(one)}`);
    return `{${members}}`;
  });
  return dialect === 'rust'
    ? `{${named},${own},"top_logprobs":[${tops}],"text_offset":[${offsets}]}`
    : `{"text_offset":[${offsets}],${own},${named},"top_logprobs":[${tops}]}`;
}
