import { serdePath, serdePlace, valueEnd } from '../requests/json-fault.ts';
import type { FieldType, Problem } from '../requests/problem.ts';

/** Problems that serde finds when it fits JSON into the expected shape. */
export type ShapeProblem = Extract<
  Problem,
  {
    kind:
      | 'no object'
      | 'missing field'
      | 'wrong type'
      | 'unknown variant'
      | 'unknown tool choice'
      | 'no json schema';
  }
>;

/** serde's words for a body that is JSON but not of the expected shape. */
export function shapeMessage(problem: ShapeProblem): string {
  const { text } = problem;
  const at = (path: readonly (string | number)[]): string => serdePlace(text, valueEnd(text, path));
  switch (problem.kind) {
    case 'no object':
      return Array.isArray(problem.value)
        ? `invalid length ${problem.value.length}, expected struct ChatCompletionRequest with 63 elements${at([])}`
        : `invalid type: ${described(problem.value)}, expected struct ChatCompletionRequest${at([])}`;
    case 'missing field':
      return problem.fields.length > 1
        ? 'data did not match any variant of untagged enum TokenizeRequest'
        : `missing field \`${problem.fields[0]}\`${at([])}`;
    case 'unknown variant': {
      const allowed = problem.allowed.map((word) => `\`${word}\``).join(', ');
      const label = problem.allowed.length > 2 ? `one of ${allowed}` : allowed.replace(', ', ' or ');
      return `${serdePath(problem.path)}: unknown variant \`${problem.value}\`, expected ${label}${at(problem.path)}`;
    }
    case 'unknown tool choice':
      return `tool_choice: data did not match any variant of untagged enum ToolChoice${at(['tool_choice'])}`;
    case 'no json schema':
      return `response_format: missing field \`json_schema\`${at(['response_format'])}`;
    case 'wrong type':
      return `${serdePath(problem.path)}: ${mismatch(problem.type, problem.value)}${at(problem.path)}`;
  }
}

const EXPECTED: Readonly<Record<FieldType, string>> = {
  int: 'u32',
  'positive int': 'a nonzero u32',
  float: 'f32',
  bool: 'a boolean',
  string: 'a string',
  list: 'a sequence',
  'list of ints': 'a sequence',
  object: 'a map',
  'string or strings': 'StringOrArray',
  prompt: 'Prompt',
};

function mismatch(type: FieldType, value: unknown): string {
  if (type === 'string or strings' || type === 'prompt') {
    return `data did not match any variant of untagged enum ${EXPECTED[type]}`;
  }
  const whole = typeof value === 'number' && Number.isInteger(value) && type !== 'string';
  const kind = whole && (type === 'int' || type === 'positive int') ? 'invalid value' : 'invalid type';
  return `${kind}: ${described(value)}, expected ${EXPECTED[type]}`;
}

/** A value as serde names what it did not expect. */
function described(value: unknown): string {
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'number') {
    return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
  }
  return value === null ? 'null' : Array.isArray(value) ? 'sequence' : 'map';
}
