import { createRandom, type Random, seedOfText } from '../../model/random.ts';
import type { GenerationRequest, ToolUse } from '../requests/generation-request.ts';
import { jsonValue, spacedJson } from '../texts/json-value.ts';
import { languageOf } from '../texts/prose.ts';
import {
  callScript,
  endingAt,
  type PlannedCall,
  proseScript,
  type Script,
  textScript,
  thinkingOf,
} from '../texts/script.ts';

/** How an answer ends. */
export interface Finish {
  readonly reason: 'stop' | 'length';
  /** The stop string or token id that ended it. */
  readonly stopReason: string | number | null;
}

/** One choice of an answer, decided before its first token. */
export interface PlannedChoice {
  /** The choice's index in the answer: prompts come one after another, each with its `n`. */
  readonly index: number;
  readonly script: Script;
  readonly outputTokens: number;
  readonly finish: Finish;
  /** Characters of the raw text that are kept: a stop string is cut off. */
  readonly keptCharacters: number;
}

/**
 * Decides an answer's text and length. With `max_tokens` prose has exactly that many tokens unless a stop acts, as with
 * `ignore_eos`: load is what this server is for. Without, its length is drawn for the prompt, so that equal prompts get
 * equal answers. JSON and calls end where they end.
 */
export function planChoices(request: GenerationRequest, rules: PlanningRules): readonly PlannedChoice[] {
  return request.prompts.flatMap(({ text }, prompt) =>
    Array.from({ length: request.n }, (_, choice) => {
      // As vLLM does it, a choice's seed is the request's and its index.
      const seed = seedOfText(`${(request.seed ?? rules.seed) + choice} ${text}`, 0);
      const script = writeScript(request, text, seed, rules);
      return { index: prompt * request.n + choice, script, ...ending(request, script) };
    }),
  );
}

type Ending = Pick<PlannedChoice, 'outputTokens' | 'finish' | 'keptCharacters'>;

function ending(request: GenerationRequest, script: Script): Ending {
  const limit = request.maxTokens ?? request.room;
  const natural = script.length ?? Number.POSITIVE_INFINITY;
  const outputTokens = Math.min(limit, natural);
  const finish: Finish = { reason: natural <= limit ? 'stop' : 'length', stopReason: null };
  const whole = { outputTokens, finish, keptCharacters: Number.POSITIVE_INFINITY };
  const stops = request.stop.length > 0 || request.stopTokenIds.length > 0;
  return stops ? (stopped(request, script, outputTokens) ?? whole) : whole;
}

/** Looks for the first stop; null when there is none. Before `min_tokens` none acts. */
function stopped(request: GenerationRequest, script: Script, outputTokens: number): Ending | null {
  const { stop, stopTokenIds, includeStop, minTokens } = request;
  let text = '';
  for (let i = 0; i < outputTokens; i++) {
    const token = script.token(i);
    if (i + 1 <= minTokens) {
      text += token.text;
      continue;
    }
    if (stopTokenIds.includes(token.id)) {
      const finish: Finish = { reason: 'stop', stopReason: token.id };
      const kept = text.length + (includeStop ? token.text.length : 0);
      return { outputTokens: i + 1, finish, keptCharacters: kept };
    }
    const before = text.length;
    text += token.text;
    for (const word of stop) {
      const at = text.indexOf(word, Math.max(0, before - word.length + 1));
      if (at === -1) continue;
      const finish: Finish = { reason: 'stop', stopReason: word };
      return { outputTokens: i + 1, finish, keptCharacters: at + (includeStop ? word.length : 0) };
    }
  }
  return null;
}

export interface PlanningRules {
  readonly seed: number;
  /** The served model thinks before it answers. */
  readonly reasoning: boolean;
}

/** The model's answer to a prompt; the same seed always gives the same. */
export function writeScript(
  request: GenerationRequest,
  prompt: string,
  seed: number,
  rules: PlanningRules,
): Script {
  const random = createRandom(seed);
  const natural = naturalLength(random);
  const thinks = request.api !== 'completions' && (request.thinking ?? rules.reasoning);
  const thinking = thinks ? reasoningTokens(request, random) : 0;
  const prose = proseScript(languageOf(prompt), seed, thinking);
  const { tools } = request;
  if (tools !== null && !(tools.choice === 'auto' && tools.answered)) {
    return callScript(plannedCalls(tools, random), thinkingOf(prose, thinking));
  }
  if (request.schema !== null) {
    return textScript(spacedJson(jsonValue(request.schema, random)), thinkingOf(prose, thinking));
  }
  if (request.maxTokens !== null || request.ignoreEos) return prose;
  return endingAt(prose, Math.max(natural + thinking, request.minTokens, 1));
}

/** Lognormal around 180 tokens, as chat answers are. */
function naturalLength(random: Random): number {
  return Math.max(1, Math.round(Math.exp(random.gaussian(Math.log(180), 0.6))));
}

/** Lognormal around 120; shorter near a limit, so that an answer still follows. */
function reasoningTokens({ maxTokens }: GenerationRequest, random: Random): number {
  const drawn = Math.max(1, Math.round(Math.exp(random.gaussian(Math.log(120), 0.5))));
  const share = random.uniform(0.3, 0.6);
  return maxTokens === null ? drawn : Math.max(1, Math.min(drawn, Math.floor(share * maxTokens)));
}

/** One call, and now and then a second one of another tool where that is allowed. */
function plannedCalls({ callable, choice, parallel }: ToolUse, random: Random): readonly PlannedCall[] {
  const first = Math.floor(random.uniform(0, callable.length));
  const more = parallel && choice !== 'named' && callable.length > 1 && random.uniform(0, 1) < 0.25;
  const indices = more ? [first, (first + 1) % callable.length] : [first];
  return indices.flatMap((i) => {
    const tool = callable[i];
    return tool === undefined
      ? []
      : [{ name: tool.name, arguments: spacedJson(jsonValue(tool.parameters, random)) }];
  });
}
