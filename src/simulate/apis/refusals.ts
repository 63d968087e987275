import { STATUS_CODES } from 'node:http';
import type { Dialect } from '../dialect.ts';
import { type Api, ENGINE_DEAD, type Problem } from '../requests/generation-request.ts';

/** A whole answer to a refused request. */
export interface Refusal {
  readonly status: number;
  /** Null sends no body and no type. */
  readonly contentType: string | null;
  readonly body: string;
}

/** What each front end makes of a problem: its status, document, types and codes; the message is ours. */
export function refusal(dialect: Dialect, problem: Problem, api: Api | null = null): Refusal {
  const { status, message } = problem;
  if (status === 401) return json(401, { error: message });
  if (dialect === 'v0.8.5') {
    if (problem === ENGINE_DEAD) return { status, contentType: null, body: '' };
    if (status === 415) return json(status, { detail: message });
    return json(status, { object: 'error', message, type: errorType(status), param: null, code: status });
  }
  const sent = status === 415 ? 400 : status;
  // Parsing errors have one document for all APIs.
  if (api === 'messages' && !problem.parsing) {
    return json(sent, { type: 'error', error: { type: pythonType(problem, sent), message } });
  }
  return json(sent, {
    error: dialect === 'rust' ? rustError(problem, sent) : pythonError(problem, sent),
  });
}

function json(status: number, document: object): Refusal {
  return { status, contentType: 'application/json', body: JSON.stringify(document) };
}

/** `BadRequestError`, `NotFoundError`: Python's name of a status. */
function errorType(status: number): string {
  const name = (STATUS_CODES[status] ?? '').replaceAll(' ', '');
  return name.endsWith('Error') ? name : `${name}Error`;
}

function pythonType({ parsing }: Pick<Problem, 'parsing'>, code: number): string {
  return parsing ? 'Bad Request' : code === 503 ? 'Service Unavailable' : errorType(code);
}

function pythonError({ message, param, parsing }: Problem, code: number): object {
  const type = pythonType({ parsing }, code);
  return { message, type, param: parsing && param !== null ? `body.${param}` : param, code };
}

/** The code is a word here. */
function rustError({ message, param, parsing }: Problem, status: number): object {
  const type = status >= 500 ? 'server_error' : 'invalid_request_error';
  const code = parsing ? 'json_parse_error' : param === 'model' ? 'model_not_found' : type;
  return { message, type, param: parsing ? null : param, code };
}
