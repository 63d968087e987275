import type { Problem } from '../requests/problem.ts';
import { type Words, wordsOf } from './checks-v0.32.ts';
import type { Refusal } from './dialect.ts';
import { type PydanticError, pydanticErrors } from './pydantic.ts';
import { pythonRepr } from './python-repr.ts';

/** `{"error":{message,type,param,code}}` */
export function refusalV032(problems: readonly Problem[]): Refusal {
  const [first] = problems;
  if (first?.kind === 'unauthorized') return { ...JSON_401, body: '{"error":"Unauthorized"}' };
  const errors = problems.flatMap(pydanticErrors);
  if (errors.length > 0) return validation(errors.map(errorText), errors[0]?.loc.join('.') ?? null);
  if (first?.kind === 'media type') {
    return validation(["Unsupported Media Type: Only 'application/json' is allowed"], null);
  }
  return errorBody(first === undefined ? { message: 'Validation error' } : wordsOf(first));
}

const JSON_401 = { status: 401, contentType: 'application/json' };

function validation(lines: readonly string[], param: string | null): Refusal {
  const label = lines.length === 1 ? 'error' : 'errors';
  const message = `${lines.length} validation ${label}:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const error = { message, type: 'Bad Request', param, code: 400 };
  return { status: 400, contentType: 'application/json', body: JSON.stringify({ error }) };
}

/** Containers are described rather than written out, and paths joined. */
function errorText({ type, loc, msg, input, ctx }: PydanticError): string {
  const entry = {
    type,
    loc: loc.join('.'),
    msg,
    input: summary(input),
    ...(ctx === undefined ? {} : { ctx }),
  };
  return pythonRepr(entry);
}

/** Characters of an offending text that are repeated. */
const SHOWN = 200;

function summary(input: unknown): string {
  if (Array.isArray(input)) return `<list of ${input.length} items>`;
  if (typeof input === 'object' && input !== null) return `<dict of ${Object.keys(input).length} items>`;
  const text = typeof input === 'string' ? input : pythonRepr(input);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...[truncated]` : text;
}

function errorBody({ message, param, value, plain, status = 400, type = 'BadRequestError' }: Words): Refusal {
  const notes = [
    ...(param === undefined ? [] : [`parameter=${param}`]),
    ...(value === undefined ? [] : [`value=${value}`]),
  ];
  // Only what its own validation finds carries the note.
  const noted =
    status === 400 && plain !== true && notes.length > 0 ? `${message} (${notes.join(', ')})` : message;
  const error = { message: noted, type, param: param ?? null, code: status };
  return { status, contentType: 'application/json', body: JSON.stringify({ error }) };
}
