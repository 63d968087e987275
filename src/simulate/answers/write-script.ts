import { createRandom, type Random } from '../../model/random.ts';
import type { GenerationRequest, ToolUse } from '../requests/generation-request.ts';
import { jsonValue } from '../texts/json-value.ts';
import { languageOf } from '../texts/prose.ts';
import {
  type CallNotation,
  callScript,
  endingAt,
  type PlannedCall,
  proseScript,
  type Script,
  textScript,
  thinkingOf,
} from '../texts/script.ts';
import { spacedJson } from '../texts/spaced-json.ts';

export interface PlanningRules {
  readonly seed: number;
  /** The served model thinks before it answers. */
  readonly reasoning: boolean;
  readonly dialect: 'v0.8.5' | 'v0.32' | 'rust';
}

/** What the model says to a prompt; the same seed always gives the same. */
export function writeScript(
  request: GenerationRequest,
  prompt: string,
  seed: number,
  rules: PlanningRules,
): Script {
  const random = createRandom(seed);
  const natural = naturalLength(random);
  const thinks = request.api === 'chat' && (request.thinking ?? rules.reasoning);
  const thinking = thinks ? reasoningTokens(request, random) : 0;
  const prose = proseScript(languageOf(prompt), seed, thinking);
  const { tools } = request;
  if (tools !== null && !(tools.choice === 'auto' && tools.answered)) {
    return callScript(plannedCalls(tools, random), notation(tools, rules), thinkingOf(prose, thinking));
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

/** Lognormal around 120; where a limit is near, so much less that an answer follows. */
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

/** 0.8.5 generates forced calls as bare JSON; later servers always in the marks of the model. */
function notation({ choice }: ToolUse, { dialect }: PlanningRules): CallNotation {
  if (dialect !== 'v0.8.5' || choice === 'auto') return 'marked';
  return choice === 'named' ? 'bare' : 'listed';
}
