import { asArray, parseObject } from '../../model/json.ts';
import { type BodyReader, bodyReader } from './body-reader.ts';
import { checkFields } from './check-fields.ts';
import { checkLength } from './check-length.ts';
import { wrongTypes } from './fields.ts';
import { gatherRequest } from './gather-request.ts';
import type { Api, GenerationRequest, ReadingRules } from './generation-request.ts';
import type { Problem } from './problem.ts';
import { chatPrompt, plainPrompts } from './prompt.ts';
import { checkTools } from './tool-use.ts';

/**
 * Reads and checks a request body in vLLM's order: JSON, fields, model, length.
 * @returns the request, or at least one reason to refuse it
 */
export function readGenerationRequest(
  api: Api,
  text: string,
  rules: ReadingRules,
): GenerationRequest | readonly Problem[] {
  const body = parseObject(text);
  if (body === null) return [unreadableBody(text)];
  const reader = bodyReader(api, body, text, rules);
  const wrong = [...missingField(reader), ...wrongTypes(api, body, rules.dialect === 'rust', text)];
  if (wrong.length > 0) return wrong;
  const problem = checkFields(reader);
  if (problem !== null) return [problem];
  const tools = api === 'chat' ? checkTools(body, rules.dialect, text) : null;
  if (tools !== null && 'kind' in tools) return [tools];
  const unknown = unknownModel(body.model, rules.model);
  if (unknown !== null) return [unknown];
  const prompts =
    api === 'chat' ? [chatPrompt(asArray(body.messages), asArray(body.tools))] : plainPrompts(body.prompt);
  const tooLong = checkLength(reader, prompts);
  return tooLong === null ? gatherRequest(reader, prompts, tools) : [tooLong];
}

/** Why a body is no JSON object. */
export function unreadableBody(text: string): Problem {
  if (text === '') return { kind: 'no body' };
  try {
    return { kind: 'no object', value: JSON.parse(text), text };
  } catch {
    return { kind: 'bad json', text };
  }
}

/** A request may leave the model out; it may not name another one than is served. */
export function unknownModel(asked: unknown, served: string): Problem | null {
  return typeof asked === 'string' && asked !== '' && asked !== served
    ? { kind: 'unknown model', model: asked, served }
    : null;
}

function missingField({ api, body, text, rules }: BodyReader): readonly Problem[] {
  const field = api === 'chat' ? 'messages' : 'prompt';
  if (body[field] !== undefined && body[field] !== null) return [];
  // The Python front end may get embeddings instead of a prompt, and says so in words of its own.
  if (api === 'completions' && rules.dialect !== 'rust') {
    return [{ kind: 'empty prompt', list: false, requestId: '' }];
  }
  return [{ kind: 'missing field', fields: [field], text, body }];
}
