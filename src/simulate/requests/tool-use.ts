import { asArray, asObject, asString, type JsonObject } from '../../model/json.ts';
import type { Problem } from './problem.ts';

/** A tool that the model may call. */
export interface Tool {
  readonly name: string;
  /** The JSON schema of its arguments. */
  readonly parameters: unknown;
}

/** How a request wants tools to be used. */
export interface ToolUse {
  readonly callable: readonly Tool[];
  /** `named`: `callable` is that one. */
  readonly choice: 'auto' | 'required' | 'named';
  /** More than one call may be made. */
  readonly parallel: boolean;
  /** The conversation ends with a tool's result, so the model has something to say itself. */
  readonly answered: boolean;
}

/**
 * Reads `tools` and `tool_choice`.
 * @returns null when no tool may be called, or why the request is refused
 */
export function checkTools(body: JsonObject, dialect: string, text: string): ToolUse | Problem | null {
  const offered = asArray(body.tools);
  if (dialect === 'v0.32' && Array.isArray(body.tools) && offered.length === 0)
    return { kind: 'empty tools' };
  const choice = body.tool_choice ?? (offered.length > 0 ? 'auto' : 'none');
  if (choice === 'none') return null;
  if (offered.length === 0) return { kind: 'tool choice without tools' };
  const tools = offered.map((tool) => {
    const { name, parameters } = asObject(asObject(tool)?.function) ?? {};
    return { name: asString(name) ?? '', parameters: parameters ?? {} };
  });
  const last = asObject(asArray(body.messages).at(-1));
  const common = { parallel: body.parallel_tool_calls !== false, answered: last?.role === 'tool' };
  if (choice === 'auto' || choice === 'required') return { ...common, callable: tools, choice };
  const name = asString(asObject(asObject(choice)?.function)?.name);
  if (name === null) return { kind: 'unknown tool choice', value: choice, text };
  const named = tools.find((tool) => tool.name === name);
  if (named === undefined) return { kind: 'unmatched tool choice', name };
  return { ...common, callable: [named], choice: 'named' };
}
