import type { ServerResponse } from 'node:http';
import { answerId, plainBody, streamTexts } from './dialect.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { LiveEngine } from './live-engine.ts';
import { sendHead, sendJson } from './send.ts';
import type { ServerMetrics } from './server-metrics.ts';
import { type Writer, writerFor } from './text.ts';

/** What answering needs of the server. */
export interface Answering {
  readonly engine: LiveEngine;
  readonly metrics: ServerMetrics;
  readonly timeScale: number;
  readonly seed: number;
  readonly wallMs: () => number;
}

/**
 * Generates one answer, streamed or plain. A client that goes away takes its request out of the batch; one that reads
 * slowly only fills its own socket's buffer.
 */
export function answerGeneration(
  answering: Answering,
  request: GenerationRequest,
  requestId: string,
  response: ServerResponse,
): void {
  const { engine, metrics, timeScale } = answering;
  const head = {
    id: answerId(request.api, requestId),
    created: Math.floor(answering.wallMs() / 1e3),
    request,
  };
  const write = writerFor(request.prompt, answering.seed);
  const arrivedUs = engine.nowUs();
  const output = request.stream
    ? streamed(response, streamTexts(head), write, request.outputTokens)
    : plain(response, () => plainBody(head, write(0, request.outputTokens)));
  let lastTokenUs: number | null = null;
  const seconds = (fromUs: number, toUs: number): number => (toUs - fromUs) / 1e6 / timeScale;

  const id = engine.submit(request, {
    accepted: output.accepted,
    token(atUs) {
      if (lastTokenUs === null) metrics.firstToken(seconds(arrivedUs, atUs));
      else metrics.nextToken(seconds(lastTokenUs, atUs));
      lastTokenUs = atUs;
      output.token();
    },
    answered(atUs) {
      metrics.answered({ ...request, e2eSeconds: seconds(arrivedUs, atUs) });
      output.answered();
    },
  });
  response.on('close', () => {
    if (!response.writableEnded) engine.abort(id);
  });
}

interface Output {
  accepted(): void;
  token(): void;
  answered(): void;
}

function plain(response: ServerResponse, body: () => string): Output {
  return {
    accepted: () => undefined,
    token: () => undefined,
    answered: () => sendJson(response, 200, body()),
  };
}

/** Headers leave when the request is accepted, the role with the first token, the end once the front end is through. */
function streamed(
  response: ServerResponse,
  texts: ReturnType<typeof streamTexts>,
  write: Writer,
  outputTokens: number,
): Output {
  let tokens = 0;
  return {
    accepted() {
      sendHead(response, 200, 'text/event-stream; charset=utf-8', null);
      response.flushHeaders();
    },
    token() {
      if (tokens === 0 && texts.role !== null) response.write(texts.role);
      tokens += 1;
      response.write(texts.token(write(tokens - 1, tokens), tokens, tokens === outputTokens));
    },
    answered() {
      response.end(texts.end);
    },
  };
}
