import type { RequestTiming } from '../apis/api-format.ts';
import type { EngineRequest } from '../engine/engine.ts';
import { promptBlocks } from '../engine/kv-cache.ts';
import { createDelay } from '../faults/faulty-answer.ts';
import type { GenerationRequest } from '../requests/generation-request.ts';
import type { Prompt } from '../requests/prompt.ts';
import type { Server } from '../server.ts';
import { type Exchange, type Output, plainOutput, streamOutput, type Work } from './output.ts';
import { type PlannedChoice, planChoices } from './plan.ts';

/**
 * Generates one answer, streamed or plain. A client that goes away takes its request out of the batch; one that reads
 * slowly only fills its own socket's buffer.
 * @returns false when the engine's queue is full; then nothing was sent
 */
export function answerGeneration(server: Server, exchange: Exchange): boolean {
  const { engine, timeScale, dialect, flags, seed } = server;
  const { request, response } = exchange;
  const timing = answerTiming(timeScale);
  const submitted: number[] = [];
  let cachedTokens = 0;
  const work: Work = {
    ...exchange,
    streamInterval: server.streamInterval,
    choices: planChoices(request, { seed, reasoning: flags.reasoningParser }),
    facts: {
      dialect,
      id: exchange.answerId,
      created: Math.floor(server.wallMs() / 1e3),
      request,
      flags,
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
    const id = engine.submit(engineRequest(request, prompt, choices, engine.blockSize), {
      accepted() {
        timing.note('queued', engine.nowUs());
        output.accepted();
      },
      scheduled(cached) {
        timing.note('scheduled', engine.nowUs());
        cachedTokens += cached;
      },
      tokens(choice, count, atUs) {
        timing.note('token', atUs);
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

/**
 * What the engine needs to know of one prompt and its choices: lengths, and hashes of what its cache may find or keep.
 * @param choices those of this prompt
 * @param blockSize tokens of one block of the cache
 */
export function engineRequest(
  request: GenerationRequest,
  { tokens }: Prompt,
  choices: readonly PlannedChoice[],
  blockSize: number,
): Omit<EngineRequest, 'id'> {
  const wholeBlocks = Math.floor(tokens.length / blockSize);
  const planned = choices.map(({ script, outputTokens, finish }) => {
    const output = Array.from({ length: outputTokens }, (_, token) => script.token(token).id);
    const blocks = promptBlocks([...tokens, ...output], request.cacheSalt, blockSize);
    const outputBlocks = blocks.slice(wholeBlocks);
    return { blocks, choice: { outputTokens, finishReason: finish.reason, outputBlocks } };
  });
  return {
    promptTokens: tokens.length,
    promptBlocks: planned[0]?.blocks.slice(0, wholeBlocks) ?? [],
    choices: planned.map(({ choice }) => choice),
    maxTokens: request.maxTokens,
  };
}

/** The instants of one answer, microseconds of model time, noted as they come; read as the client's clock measures. */
export function answerTiming(timeScale: number) {
  const at: { queued?: number; scheduled?: number; first?: number; last?: number } = {};
  const ms = (from: number | undefined, to: number | undefined): number =>
    from === undefined || to === undefined ? 0 : Math.max(0, (to - from) / 1e3 / timeScale);
  return {
    /** Only the first of each counts, but for the last token. */
    note(what: 'queued' | 'scheduled' | 'token', atUs: number): void {
      if (what === 'token') {
        at.first ??= atUs;
        at.last = atUs;
      } else at[what] ??= atUs;
    },
    read: (): RequestTiming => ({
      timeToFirstTokenMs: ms(at.scheduled, at.first),
      generationMs: ms(at.first, at.last),
      queueMs: ms(at.queued, at.scheduled),
    }),
  };
}
