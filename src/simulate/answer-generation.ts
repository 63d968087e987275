import type { ServerResponse } from 'node:http';
import { answerTiming } from './answers/answer-timing.ts';
import { createDelay } from './answers/delay.ts';
import { plainOutput } from './answers/plain-output.ts';
import { planChoices } from './answers/plan.ts';
import { streamOutput } from './answers/stream-output.ts';
import { submissionOf } from './answers/submission.ts';
import type { Output, Work } from './answers/work.ts';
import type { Dialect } from './dialects/dialect.ts';
import type { ServerFlags } from './dialects/server-flags.ts';
import type { Fault } from './faults/fault.ts';
import type { LiveEngine } from './live-engine.ts';
import type { GenerationRequest } from './requests/generation-request.ts';

/** What answering needs of the server. */
export interface Answering {
  readonly engine: LiveEngine;
  readonly dialect: Dialect;
  readonly flags: ServerFlags;
  readonly seed: number;
  readonly timeScale: number;
  /** `--stream-interval` */
  readonly streamInterval: number;
  readonly fingerprint: string;
  readonly wallMs: () => number;
}

/** One request to answer. */
export interface Exchange {
  readonly request: GenerationRequest;
  readonly answerId: string;
  /** For the answer's head; null where the server sends none. */
  readonly requestIdHeader: string | null;
  readonly fault: Fault | null;
  readonly response: ServerResponse;
}

/**
 * Generates one answer, streamed or plain. A client that goes away takes its request out of the batch; one that reads
 * slowly only fills its own socket's buffer.
 * @returns false when the engine's queue is full; then nothing was sent
 */
export function answerGeneration(server: Answering, exchange: Exchange): boolean {
  const { engine, timeScale } = server;
  const { request, response } = exchange;
  const timing = answerTiming(timeScale);
  const submitted: number[] = [];
  let cachedTokens = 0;
  const work: Work = {
    ...exchange,
    dialect: server.dialect,
    streamInterval: server.streamInterval,
    choices: planChoices(request, {
      seed: server.seed,
      reasoning: server.flags.reasoningParser,
      dialect: server.dialect.name,
    }),
    facts: {
      id: exchange.answerId,
      created: Math.floor(server.wallMs() / 1e3),
      request,
      flags: server.flags,
      fingerprint: server.fingerprint,
      blockSize: engine.blockSize,
      cachedTokens: () => cachedTokens,
      timing: timing.read,
    },
    abort() {
      for (const id of submitted) engine.abort(id);
    },
    later: createDelay(response, engine.nowUs, timeScale),
  };
  const output = together(request.stream ? streamOutput(work) : plainOutput(work), request.prompts.length);

  for (const [i, prompt] of request.prompts.entries()) {
    const first = i * request.n;
    const choices = work.choices.slice(first, first + request.n);
    const id = engine.submit(submissionOf(request, prompt, choices, engine.blockSize), {
      accepted() {
        timing.queued(engine.nowUs());
        output.accepted();
      },
      scheduled(cached) {
        timing.scheduled(engine.nowUs());
        cachedTokens += cached;
      },
      tokens(choice, count, atUs) {
        timing.token(atUs);
        output.tokens(first + choice, count);
      },
      answered: output.answered,
    });
    if (id === null) {
      work.abort();
      return false;
    }
    submitted.push(id);
  }
  response.on('close', () => {
    if (!response.writableEnded) work.abort();
  });
  return true;
}

/** The output of several prompts: it begins with the first that is accepted and ends with the last that is answered. */
function together(output: Output, prompts: number): Output {
  let accepted = 0;
  let answered = 0;
  return {
    accepted() {
      accepted += 1;
      if (accepted === 1) output.accepted();
    },
    tokens: output.tokens,
    answered() {
      answered += 1;
      if (answered === prompts) output.answered();
    },
  };
}
