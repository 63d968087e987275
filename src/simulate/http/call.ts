import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refusal } from '../apis/refusals.ts';
import { type Dialect, FRONT_ENDS } from '../dialect.ts';
import type { Api, Problem } from '../requests/generation-request.ts';
import { type Head, sendBody } from './send.ts';

/** One request whose body has been read, and the way to answer it. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly text: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** `x-request-id` for the answer's head; null where the server sends none. */
  readonly requestIdHeader: string | null;
  send(status: number, contentType: string | null, body: string, more?: Partial<Head>): void;
  /** @param api where its error documents differ */
  refuse(problem: Problem, api?: Api): void;
}

export const JSON_TYPE = 'application/json';

/** @param withIdHeader `--enable-request-id-headers`: the client's id, else one that nothing else shows */
export function createCall(
  request: IncomingMessage,
  text: string,
  response: ServerResponse,
  dialect: Dialect,
  withIdHeader: boolean,
): Call {
  const [path = '/', search = ''] = (request.url ?? '/').split('?', 2);
  const given = request.headers['x-request-id'];
  const own = typeof given === 'string' ? given : randomUUID().replaceAll('-', '');
  const requestIdHeader = withIdHeader ? own : null;
  const send: Call['send'] = (status, contentType, body, more = {}) =>
    sendBody(
      response,
      FRONT_ENDS[dialect].heads,
      { status, contentType, requestId: requestIdHeader, ...more },
      body,
    );
  return {
    request,
    response,
    text,
    path,
    query: new URLSearchParams(search),
    requestIdHeader,
    send,
    refuse(problem, api) {
      const { status, contentType, body } = refusal(dialect, problem, api);
      send(status, contentType, body);
    },
  };
}
