import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomHex } from '../apis/api-format.ts';
import { FORMATS } from '../apis/formats.ts';
import { FRONT_ENDS } from '../dialect.ts';
import { metricsPage } from '../metrics/page.ts';
import type { Api } from '../requests/generation-request.ts';
import { UNAUTHORIZED, unparsed, WRONG_MEDIA_TYPE } from '../requests/problem.ts';
import { type Server, serverInfo } from '../server.ts';
import { type Call, createCall, JSON_TYPE } from './call.ts';
import { generationRoute } from './generation-route.ts';
import { operatorRoutes } from './operator-routes.ts';
import { COUNT_PATH, tokenRoutes } from './token-routes.ts';

/** Answers one request; `text` is null when its body is longer than the dialect takes. */
export type Route = (request: IncomingMessage, text: string | null, response: ServerResponse) => void;

type Handler = (call: Call) => void;

/** The routes of vLLM that a recorder, a load generator or an operator asks for, `/_faults` and `/_speed`. */
export function createRoutes(server: Server): Route {
  const { dialect, flags } = server;
  const handlers = handlersOf(server);
  const methods = methodsByPath(Object.keys(handlers));
  const key = flags.apiKey === null ? null : digest(flags.apiKey);

  return (request, text, response) => {
    const call = createCall(request, text ?? '', response, dialect, flags.requestIdHeaders);
    if (text === null) {
      // The rest of the body is not read, so nothing more can come on this connection.
      response.shouldKeepAlive = false;
      return call.refuse(unparsed('the request body is too long: length limit exceeded'));
    }
    if (key !== null && call.path.startsWith('/v1') && !bears(request.headers.authorization, key)) {
      return call.refuse(UNAUTHORIZED);
    }
    const known = methods.get(call.path);
    if (known === undefined) return notFound(call);
    // hyper's router answers HEAD wherever there is a GET.
    const method = request.method === 'HEAD' && dialect === 'rust' ? 'GET' : (request.method ?? 'GET');
    const handler = handlers[`${method} ${call.path}`];
    if (handler === undefined) return wrongMethod(call, known);
    if (method === 'POST' && JSON_PATHS.has(call.path) && !isJson(request)) {
      return call.refuse(WRONG_MEDIA_TYPE);
    }
    handler(call);
  };

  function notFound(call: Call): void {
    const bare = call.path.replace(/\/$/, '');
    if (dialect === 'rust') call.send(404, null, '');
    else if (bare !== call.path && methods.has(bare)) {
      call.send(307, null, '', { location: `http://${call.request.headers.host}${bare}` });
    } else call.send(404, JSON_TYPE, '{"detail":"Not Found"}');
  }

  function wrongMethod(call: Call, known: readonly string[]): void {
    if (dialect === 'rust') {
      const allow = known.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(',');
      call.send(405, null, '', { allow });
    } else call.send(405, JSON_TYPE, '{"detail":"Method Not Allowed"}', { allow: known.join(', ') });
  }
}

/** Where a body is parsed: its content type must be JSON's. */
const JSON_PATHS = new Set([
  ...Object.values(FORMATS).map(({ path }) => path),
  COUNT_PATH,
  '/tokenize',
  '/detokenize',
]);

function handlersOf(server: Server): Readonly<Record<string, Handler>> {
  const { dialect, engine } = server;
  const created = Math.floor(server.wallMs() / 1e3);
  const rust = dialect === 'rust';
  const apis = (Object.keys(FORMATS) as Api[]).filter((api) => FORMATS[api].frontEnds.includes(dialect));
  const alive: Handler = (call) => call.send(200, null, '');
  return {
    ...Object.fromEntries(
      apis.map((api) => [`POST ${FORMATS[api].path}`, generationRoute(api, server)] as const),
    ),
    'GET /v1/models': (call) => call.send(200, JSON_TYPE, modelList(server, created)),
    'GET /version': (call) => call.send(200, JSON_TYPE, JSON.stringify(FRONT_ENDS[dialect].version)),
    'GET /health': alive,
    ...(rust ? {} : { 'GET /ping': alive, 'POST /ping': alive }),
    'GET /load': (call) => call.send(200, JSON_TYPE, '{"server_load":0}'),
    'GET /metrics'(call) {
      const { contentType, text } = metricsPage(server, server.figures, engine);
      call.send(200, contentType, text);
    },
    'GET /server_info'(call) {
      const format = call.query.get('config_format') === 'json' ? 'json' : 'text';
      call.send(200, JSON_TYPE, serverInfo(server, format));
    },
    'POST /reset_prefix_cache'(call) {
      const success = engine.resetPrefixCache();
      if (dialect === 'v0.8.5') call.send(200, null, '');
      else call.send(200, JSON_TYPE, JSON.stringify({ success }));
    },
    ...tokenRoutes(server),
    ...operatorRoutes(server),
  };
}

/** `/v1/models`; the Rust front end leaves the permissions out. */
function modelList({ dialect, model, profile }: Server, created: number): string {
  const rust = dialect === 'rust';
  const card = { id: model, object: 'model', created, owned_by: rust ? 'vllm-frontend-rs' : 'vllm' };
  const permission = {
    id: `modelperm-${randomHex(FRONT_ENDS[dialect].idDigits)}`,
    object: 'model_permission',
    created,
    allow_create_engine: false,
    allow_sampling: true,
    allow_logprobs: true,
    allow_search_indices: false,
    allow_view: true,
    allow_fine_tuning: false,
    organization: '*',
    group: null,
    is_blocking: false,
  };
  const rest = { root: model, parent: null, max_model_len: profile.maxModelLen };
  const data = [{ ...card, ...rest, ...(rust ? {} : { permission: [permission] }) }];
  return JSON.stringify({ object: 'list', data });
}

function methodsByPath(routes: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const methods = new Map<string, string[]>();
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ');
    methods.set(path, [...(methods.get(path) ?? []), method]);
  }
  return methods;
}

function isJson(request: IncomingMessage): boolean {
  const [type = ''] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
  return type.trim() === JSON_TYPE;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function bears(authorization: string | undefined, key: Buffer): boolean {
  const [, token = ''] = /^Bearer (.*)$/i.exec(authorization ?? '') ?? [];
  return timingSafeEqual(digest(token), key);
}
