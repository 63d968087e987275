import { jsonFault } from '../requests/json-fault.ts';
import type { FieldType, Problem } from '../requests/problem.ts';

/** One entry of pydantic's list of errors. */
export interface PydanticError {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

/** What pydantic says of a body that does not fit its model; empty for problems that it does not see. */
export function pydanticErrors(problem: Problem): readonly PydanticError[] {
  switch (problem.kind) {
    case 'no body':
      return [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }];
    case 'bad json': {
      const { message, at } = jsonFault(problem.text)?.python ?? { message: 'Expecting value', at: 0 };
      const ctx = { error: message };
      return [{ type: 'json_invalid', loc: ['body', at], msg: 'JSON decode error', input: {}, ctx }];
    }
    case 'no object': {
      const msg = 'Input should be a valid dictionary or object to extract fields from';
      return [{ type: 'model_attributes_type', loc: ['body'], msg, input: problem.value }];
    }
    case 'missing field':
      return problem.fields.map((field) => ({
        type: 'missing',
        loc: ['body', field],
        msg: 'Field required',
        input: problem.body,
      }));
    case 'wrong type':
      return wrongType(problem.type, problem.value).map(({ at, ...error }) => ({
        ...error,
        loc: ['body', ...problem.path, ...(at ?? [])],
      }));
    case 'unknown variant': {
      const expected = alternatives(problem.allowed);
      const error = { type: 'literal_error', msg: `Input should be ${expected}`, input: problem.value };
      return [{ ...error, loc: ['body', ...problem.path], ctx: { expected } }];
    }
    default:
      return [];
  }
}

/** `'a', 'b' or 'c'` */
function alternatives(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

type Complaint = Omit<PydanticError, 'loc'> & { readonly at?: readonly number[] };

function wrongType(type: FieldType, input: unknown): readonly Complaint[] {
  const isText = typeof input === 'string';
  switch (type) {
    case 'positive int':
      if (typeof input === 'number' && Number.isInteger(input)) {
        const msg = 'Input should be greater than or equal to 1';
        return [{ type: 'greater_than_equal', msg, input, ctx: { ge: 1 } }];
      }
      return wrongType('int', input);
    case 'int':
      if (isText) {
        return [
          { type: 'int_parsing', msg: `${VALID('integer')}, unable to parse string as an integer`, input },
        ];
      }
      return typeof input === 'number'
        ? [{ type: 'int_from_float', msg: `${VALID('integer')}, got a number with a fractional part`, input }]
        : [{ type: 'int_type', msg: VALID('integer'), input }];
    case 'float':
      return isText
        ? [{ type: 'float_parsing', msg: `${VALID('number')}, unable to parse string as a number`, input }]
        : [{ type: 'float_type', msg: VALID('number'), input }];
    case 'bool':
      return typeof input === 'object'
        ? [{ type: 'bool_type', msg: VALID('boolean'), input }]
        : [{ type: 'bool_parsing', msg: `${VALID('boolean')}, unable to interpret input`, input }];
    case 'string':
      return [{ type: 'string_type', msg: VALID('string'), input }];
    case 'object':
      return [{ type: 'dict_type', msg: VALID('dictionary'), input }];
    case 'string or strings':
      return strings(input);
    default:
      return [{ type: 'list_type', msg: VALID('list'), input }];
  }
}

/** A union complains once for each of its branches. */
function strings(input: unknown): readonly Complaint[] {
  const text = { type: 'string_type', msg: VALID('string'), input };
  if (!Array.isArray(input)) return [text, { type: 'list_type', msg: VALID('list'), input }];
  const bad = input.findIndex((entry) => typeof entry !== 'string');
  return [text, { type: 'string_type', msg: VALID('string'), input: input[bad], at: [bad] }];
}

function VALID(what: string): string {
  return `Input should be a valid ${what}`;
}
