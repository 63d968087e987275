import { jsonFault, valueEnd } from '../requests/json-fault.ts';
import type { Problem } from '../requests/problem.ts';
import { checkWords } from './checks-rust.ts';
import type { Refusal } from './dialect.ts';
import { shapeMessage } from './shapes-rust.ts';

/** `{"error":{message,type,param,code}}` with a code in words. */
export function refusalRust(problems: readonly Problem[]): Refusal {
  const first = earliest(problems);
  if (first === undefined) return error(400, 'invalid request');
  switch (first.kind) {
    case 'unauthorized':
      return { status: 401, contentType: 'application/json', body: '{"error":"Unauthorized"}' };
    case 'body too large':
      return error(400, 'Failed to buffer the request body: length limit exceeded', 'json_parse_error');
    case 'media type':
      return error(400, 'Expected request with `Content-Type: application/json`', 'json_parse_error');
    case 'no body':
      return unparsed('EOF while parsing a value at line 1 column 0', '');
    case 'bad json': {
      const { path, message } = jsonFault(first.text)?.serde ?? { path: '', message: 'expected value' };
      return unparsed(message, path);
    }
    case 'no object':
    case 'missing field':
    case 'wrong type':
    case 'unknown variant':
    case 'unknown tool choice':
    case 'no json schema':
      return error(
        400,
        `Failed to deserialize the JSON body into the target type: ${shapeMessage(first)}`,
        'json_parse_error',
      );
    case 'unknown model':
      return error(404, `The model \`${first.model}\` does not exist.`, 'model_not_found', 'model');
    case 'on demand': {
      const kind = first.status >= 500 ? 'server_error' : 'invalid_request_error';
      return error(first.status, 'A fault that the simulator was told to make.', kind, null, kind);
    }
    case 'queue full':
      return error(503, BUSY, 'server_error', null, 'server_error');
    case 'engine dead':
      return error(
        500,
        `failed to collect ${first.api === 'chat' ? 'chat completion' : 'completion'} response: engine-core error: engine core reported fatal failure`,
        'server_error',
        null,
        'server_error',
      );
    default:
      return error(400, ...checkWords(first));
  }
}

const BUSY =
  'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.';

/** serde reads once from the front, so the fault that comes first in the text is the one it tells. */
function earliest(problems: readonly Problem[]): Problem | undefined {
  const place = (problem: Problem): number =>
    problem.kind === 'wrong type' ? valueEnd(problem.text, problem.path) : Number.POSITIVE_INFINITY;
  return [...problems].sort((a, b) => place(a) - place(b))[0];
}

function error(
  status: number,
  message: string,
  code = 'invalid_request_error',
  param: string | null = null,
  type = 'invalid_request_error',
): Refusal {
  return {
    status,
    contentType: 'application/json',
    body: JSON.stringify({ error: { message, type, param, code } }),
  };
}

function unparsed(message: string, path: string): Refusal {
  const where = path === '' ? '' : `${path}: `;
  return error(400, `Failed to parse the request body as JSON: ${where}${message}`, 'json_parse_error');
}
