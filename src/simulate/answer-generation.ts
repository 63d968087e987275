import type { ServerResponse } from 'node:http';
import { answerId, plainBody, streamTexts } from './dialect.ts';
import type { GenerationRequest } from './generation-request.ts';
import type { LiveEngine } from './live-engine.ts';
import { sendHead, sendJson } from './send.ts';
import { type Writer, writerFor } from './text.ts';

/** What answering needs of the server. */
export interface Answering {
  readonly engine: LiveEngine;
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
  const { engine } = answering;
  const head = {
    id: answerId(request.api, requestId),
    created: Math.floor(answering.wallMs() / 1e3),
    request,
  };
  const write = writerFor(request.prompt, answering.seed);
  const output = request.stream
    ? streamed(response, streamTexts(head), write, request.outputTokens)
    : plain(response, () => plainBody(head, write(0, request.outputTokens)));
  const { promptTokens, outputTokens, finishReason } = request;

  const submission = {
    promptTokens,
    promptBlocks: [],
    choices: [{ outputTokens, finishReason }],
    maxTokens: finishReason === 'length' ? outputTokens : null,
  };
  const id = engine.submit(submission, {
    accepted: output.accepted,
    scheduled: () => undefined,
    tokens(_choice, count) {
      for (let i = 0; i < count; i++) output.token();
    },
    answered: output.answered,
  });
  response.on('close', () => {
    if (id !== null && !response.writableEnded) engine.abort(id);
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
