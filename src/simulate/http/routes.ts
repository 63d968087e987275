import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { asArray, type JsonObject, parseObject } from '../../model/json.ts';
import { randomHex } from '../apis/api-format.ts';
import { FORMATS } from '../apis/formats.ts';
import { MESSAGES } from '../apis/messages.ts';
import { FRONT_ENDS } from '../dialect.ts';
import { type Speed, USUAL_SPEED } from '../engine/step-time.ts';
import { metricsPage } from '../metrics/page.ts';
import { readInt } from '../requests/check-body.ts';
import {
  type Api,
  type Problem,
  UNAUTHORIZED,
  unparsed,
  WRONG_MEDIA_TYPE,
} from '../requests/generation-request.ts';
import { chatPrompt } from '../requests/prompt.ts';
import { unknownModel, unreadableBody } from '../requests/read-request.ts';
import { type Server, serverInfo } from '../server.ts';
import { tokenIds, tokensText, tokenText } from '../texts/tokens.ts';
import { type Call, createCall, JSON_TYPE } from './call.ts';
import { generationRoute } from './generation-route.ts';

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

/** Counts the tokens of a request of the messages API. */
const COUNT_PATH = `${MESSAGES.path}/count_tokens`;

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

/** `POST /tokenize` of a text or of messages, and `POST /detokenize`. */
function tokenRoutes({ dialect, model, profile: { maxModelLen } }: Server) {
  const answer =
    (act: (body: JsonObject) => object) =>
    (call: Call): void => {
      const body = parseObject(call.text);
      const wrong = body === null ? unreadableBody(call.text) : unknownModel(body.model, model);
      const given = body === null || wrong !== null ? (wrong as Problem) : act(body);
      if ('status' in given) call.refuse(given as Problem);
      else call.send(200, JSON_TYPE, JSON.stringify(given));
    };
  const countTokens = answer((body) => {
    const fields = MESSAGES.chatFields?.(
      { max_tokens: 1, ...body },
      { dialect, model, maxModelLen, toolCallParser: true },
    );
    if (fields == null || 'status' in fields) return fields ?? {};
    const { tokens } = chatPrompt(asArray(fields.messages), asArray(fields.tools));
    return { input_tokens: tokens.length, context_management: { original_input_tokens: tokens.length } };
  });
  return {
    ...(MESSAGES.frontEnds.includes(dialect) ? { [`POST ${COUNT_PATH}`]: countTokens } : {}),
    'POST /tokenize': answer(({ prompt, messages, tools, return_token_strs: strings }) => {
      if (typeof prompt !== 'string' && !Array.isArray(messages)) {
        return unparsed('prompt or messages is missing', 'prompt');
      }
      const tokens =
        typeof prompt === 'string' ? tokenIds(prompt) : chatPrompt(asArray(messages), asArray(tools)).tokens;
      const token_strs = strings === true ? tokens.map(vocabularyEntry) : null;
      const counted = { count: tokens.length, max_model_len: maxModelLen, tokens };
      return dialect === 'v0.8.5' ? counted : { ...counted, token_strs };
    }),
    'POST /detokenize': answer(({ tokens }) => {
      if (!Array.isArray(tokens)) return unparsed('tokens is missing', 'tokens');
      const ids = tokens.map((token) => readInt(token, dialect === 'rust'));
      if (ids.includes(null)) return unparsed('tokens must be a list of whole numbers', 'tokens');
      return { prompt: tokensText(ids as number[]) };
    }),
  };
}

/** Byte-level vocabularies write a space as `Ġ` and a line's end as `Ċ`. */
function vocabularyEntry(id: number): string {
  return tokenText(id).replaceAll(' ', 'Ġ').replaceAll('\n', 'Ċ');
}

/**
 * For experiments while it runs. `/_faults`: `GET` shows what is in force, `POST` takes a list in its place, `DELETE`
 * clears it. `/_speed`: factors on the server's times; `POST {"decode":1.05}` makes decoding 5 % slower from the next step
 * on and leaves the rest, `DELETE` sets all back to 1.
 */
function operatorRoutes({ faults, engine }: Server): Readonly<Record<string, (call: Call) => void>> {
  const show = (call: Call, state: unknown): void => call.send(200, JSON_TYPE, JSON.stringify(state));
  const refuse = (call: Call, error: string): void => call.send(400, JSON_TYPE, JSON.stringify({ error }));
  return {
    'GET /_faults': (call) => show(call, faults.all()),
    'POST /_faults'(call) {
      const wrong = faults.replace(parsed(call.text));
      if (wrong === null) show(call, faults.all());
      else refuse(call, wrong);
    },
    'DELETE /_faults'(call) {
      faults.clear();
      show(call, faults.all());
    },
    'GET /_speed': (call) => show(call, engine.setSpeed({})),
    'POST /_speed'(call) {
      const factors = parsed(call.text);
      const wrong = wrongFactor(factors);
      if (wrong === null) show(call, engine.setSpeed(factors as Partial<Speed>));
      else refuse(call, wrong);
    },
    'DELETE /_speed': (call) => show(call, engine.setSpeed(USUAL_SPEED)),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The refusal names what is expected.
    return null;
  }
}

/** What is wrong with factors on the speed, as a sentence. */
function wrongFactor(factors: unknown): string | null {
  if (typeof factors !== 'object' || factors === null || Array.isArray(factors)) {
    return 'the body must be an object like {"prefill":1,"decode":1.05,"frontEnd":1}';
  }
  const parts = Object.keys(USUAL_SPEED);
  for (const [part, factor] of Object.entries(factors)) {
    if (!parts.includes(part)) return `${part} is not one of ${parts.join(', ')}`;
    if (typeof factor !== 'number' || !(factor > 0)) {
      return `${part} is ${JSON.stringify(factor)}: it must be a number above 0`;
    }
  }
  return null;
}
