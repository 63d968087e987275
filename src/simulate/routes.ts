import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answering, answerGeneration } from './answer-generation.ts';
import { errorBody, modelsBody } from './dialect.ts';
import { type Dialect, versionOf } from './dialect-name.ts';
import { type GenerationRequest, readGenerationRequest } from './generation-request.ts';
import type { LatencyProfile } from './latency-profile.ts';
import { seedOfText } from './random.ts';
import { sendBody, sendJson } from './send.ts';
import { tokenPieces } from './text.ts';

export interface RoutesOptions extends Answering {
  readonly profile: LatencyProfile;
  readonly model: string;
  readonly dialect: Dialect;
  /** `--stream-interval`: tokens that a stream gathers before it writes; the first and the last never wait. */
  readonly streamInterval: number;
  /** `/metrics` as the dialect has it. */
  readonly metricsPage: () => { readonly contentType: string; readonly text: string };
}

/** Answers one request whose body has been read. */
export type Route = (request: IncomingMessage, text: string, response: ServerResponse) => void;

/** The routes of vLLM that a recorder, a load generator or an operator asks for. */
export function createRoutes(options: RoutesOptions): Route {
  const { profile, model, engine, metricsPage } = options;
  const created = Math.floor(options.wallMs() / 1e3);

  function generate(api: GenerationRequest['api']): Route {
    return (request, text, response) => {
      const generation = readGenerationRequest(api, text, profile, model, options.seed);
      if ('status' in generation) {
        sendJson(response, generation.status, errorBody(generation));
        return;
      }
      const header = request.headers['x-request-id'];
      const given = typeof header === 'string' ? header : generation.requestId;
      answerGeneration(options, generation, given ?? randomUUID().replaceAll('-', ''), response);
    };
  }

  const routes: Readonly<Record<string, Route>> = {
    'POST /v1/chat/completions': generate('chat'),
    'POST /v1/completions': generate('completions'),
    'GET /v1/models': (_request, _text, response) =>
      sendJson(response, 200, modelsBody(model, profile.maxModelLen, created)),
    'GET /version': (_request, _text, response) =>
      sendJson(response, 200, JSON.stringify({ version: versionOf(options.dialect) })),
    'GET /health': (_request, _text, response) => sendBody(response, 200, null, ''),
    'GET /metrics': (_request, _text, response) => {
      const { contentType, text } = metricsPage();
      sendBody(response, 200, contentType, text);
    },
    'POST /reset_prefix_cache': (_request, _text, response) => {
      engine.resetPrefixCache();
      sendBody(response, 200, null, '');
    },
    'POST /tokenize': (_request, text, response) => tokenize(text, profile.maxModelLen, response),
  };

  return (request, text, response) => {
    const path = (request.url ?? '/').split('?', 1)[0];
    const route = routes[`${request.method} ${path}`];
    if (route !== undefined) route(request, text, response);
    else if (Object.keys(routes).some((known) => known.endsWith(` ${path}`))) {
      sendJson(response, 405, '{"detail":"Method Not Allowed"}');
    } else sendJson(response, 404, '{"detail":"Not Found"}');
  };
}

/** `{"prompt": text}` to estimated tokens; their ids are made up, stable per piece. */
function tokenize(text: string, maxModelLen: number, response: ServerResponse): void {
  let prompt: unknown;
  try {
    prompt = (JSON.parse(text) as { readonly prompt?: unknown } | null)?.prompt;
  } catch {
    prompt = undefined;
  }
  if (typeof prompt !== 'string') {
    const refusal = {
      status: 400,
      type: 'BadRequestError',
      message: 'the simulator tokenizes {"prompt": "text"}',
    };
    sendJson(response, 400, errorBody(refusal));
    return;
  }
  const tokens = tokenPieces(prompt).map((piece) => seedOfText(piece, 0) % 150_000);
  sendJson(response, 200, JSON.stringify({ count: tokens.length, max_model_len: maxModelLen, tokens }));
}
