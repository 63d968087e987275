import type { ServerResponse } from 'node:http';
import { answerTiming } from './answers/answer-timing.ts';
import { choiceOutput } from './answers/choice-output.ts';
import { type PlannedChoice, planChoices } from './answers/plan.ts';
import type { AnswerFacts, Dialect } from './dialects/dialect.ts';
import type { ServerFlags } from './dialects/server-flags.ts';
import type { EngineRequest } from './engine-request.ts';
import type { Fault } from './faults/fault.ts';
import { sendFaultyBody, WRONG_TYPE } from './faults/faulty-body.ts';
import { type AnswerStream, faultyStream, plainStream } from './faults/faulty-stream.ts';
import type { LiveEngine } from './live-engine.ts';
import { promptBlocks } from './prompt-blocks.ts';
import type { GenerationRequest } from './requests/generation-request.ts';
import type { Prompt } from './requests/prompt.ts';
import { type Head, openStream, sendBody } from './send.ts';

/** What answering needs of the server. */
export interface Answering {
  readonly engine: LiveEngine;
  readonly dialect: Dialect;
  readonly flags: ServerFlags;
  readonly seed: number;
  readonly timeScale: number;
  /** `--stream-interval`: tokens that a stream gathers before it writes; the first and the last never wait. */
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

/** What becomes of an answer's tokens. */
interface Output {
  accepted(): void;
  tokens(choice: number, count: number): void;
  answered(): void;
}

/** A request under way. */
interface Work extends Exchange {
  readonly server: Answering;
  readonly facts: AnswerFacts;
  readonly choices: readonly PlannedChoice[];
  /** Takes the request out of the batch. */
  readonly abort: () => void;
  readonly later: (ms: number, then: () => void) => void;
}

/**
 * Generates one answer, streamed or plain. A client that goes away takes its request out of the batch; one that reads
 * slowly only fills its own socket's buffer.
 * @returns false when the engine's queue is full; then nothing was sent
 */
export function answerGeneration(server: Answering, exchange: Exchange): boolean {
  const { engine, dialect, flags, seed, timeScale } = server;
  const { request, response } = exchange;
  const rules = { seed, reasoning: flags.reasoningParser, dialect: dialect.name };
  const choices = planChoices(request, rules);
  const timing = answerTiming(timeScale);
  const submitted: number[] = [];
  let cachedTokens = 0;
  const abort = (): void => {
    for (const id of submitted) engine.abort(id);
  };
  const facts: AnswerFacts = {
    id: exchange.answerId,
    created: Math.floor(server.wallMs() / 1e3),
    request,
    flags,
    fingerprint: server.fingerprint,
    blockSize: engine.blockSize,
    cachedTokens: () => cachedTokens,
    timing: timing.read,
  };
  const work: Work = {
    ...exchange,
    server,
    facts,
    choices,
    abort,
    later(ms, then) {
      const due = (): void => {
        if (!response.destroyed) then();
      };
      setTimeout(due, ms / timeScale).unref();
    },
  };
  const output = request.stream ? streamed(work) : plain(work);
  let accepted = false;
  let open = request.prompts.length;

  for (const [i, prompt] of request.prompts.entries()) {
    const first = i * request.n;
    const submission = submissionOf(
      request,
      prompt,
      choices.slice(first, first + request.n),
      engine.blockSize,
    );
    const id = engine.submit(submission, {
      accepted() {
        timing.queued(engine.nowUs());
        if (!accepted) output.accepted();
        accepted = true;
      },
      scheduled(cached) {
        timing.scheduled(engine.nowUs());
        cachedTokens += cached;
      },
      tokens(choice, count, atUs) {
        timing.token(atUs);
        output.tokens(first + choice, count);
      },
      answered() {
        open -= 1;
        if (open === 0) output.answered();
      },
    });
    if (id === null) {
      abort();
      return false;
    }
    submitted.push(id);
  }
  response.on('close', () => {
    if (!response.writableEnded) abort();
  });
  return true;
}

/** What the engine needs to know: lengths, and hashes of what its cache may find or keep. */
function submissionOf(
  request: GenerationRequest,
  { tokens }: Prompt,
  choices: readonly PlannedChoice[],
  blockSize: number,
): Omit<EngineRequest, 'id'> {
  // Probabilities of the prompt are computed, never found in the cache.
  const cacheable = request.promptLogprobs === null;
  const wholeBlocks = Math.floor(tokens.length / blockSize);
  const planned = choices.map(({ script, outputTokens, finish }) => {
    const output = Array.from({ length: outputTokens }, (_, token) => script.token(token).id);
    const blocks = cacheable ? promptBlocks([...tokens, ...output], request.cacheSalt, blockSize) : [];
    return {
      blocks,
      choice: { outputTokens, finishReason: finish.reason, outputBlocks: blocks.slice(wholeBlocks) },
    };
  });
  return {
    promptTokens: tokens.length,
    promptBlocks: planned[0]?.blocks.slice(0, wholeBlocks) ?? [],
    choices: planned.map(({ choice }) => choice),
    maxTokens: request.maxTokens,
  };
}

/** Characters that wait for what follows: a stop string may begin with them. */
function heldBack({ stop, includeStop }: GenerationRequest): number {
  return includeStop ? 0 : Math.max(0, ...stop.map(({ length }) => length - 1));
}

function headOf({ requestIdHeader }: Exchange, contentType: string): Head {
  return { status: 200, contentType, requestId: requestIdHeader };
}

function plain(work: Work): Output {
  const { server, facts, choices, fault, response, later } = work;
  const { dialect } = server;
  return {
    accepted: () => undefined,
    tokens: () => undefined,
    answered() {
      if (fault?.kind === 'error-event') {
        const { status, contentType, body } = dialect.refusal([
          { kind: 'engine dead', api: facts.request.api },
        ]);
        sendBody(response, dialect.heads, { ...headOf(work, ''), status, contentType }, body);
        return;
      }
      const pieces = choices.map((choice) => choiceOutput(choice, 0).take(choice.outputTokens));
      const head = headOf(work, 'application/json');
      sendFaultyBody(fault, response, dialect.heads, head, dialect.body(facts, pieces), later);
    },
  };
}

/** Headers leave when the request is accepted, tokens as they come, the end once the front end is through. */
function streamed(work: Work): Output {
  const { server, facts, choices, fault, response } = work;
  const { heads } = server.dialect;
  const events = server.dialect.events(facts);
  const outputs = choices.map((choice) => choiceOutput(choice, heldBack(facts.request)));
  const interval = Math.max(server.streamInterval, facts.request.streamInterval);
  const gathered = choices.map(() => 0);
  let stream: AnswerStream | null = null;
  let told = 0;
  let reasoningTokens = 0;

  return {
    accepted() {
      const type = fault?.kind === 'content-type' ? WRONG_TYPE : heads.eventStreamType;
      const sink = openStream(response, heads, headOf(work, type));
      stream = fault === null ? plainStream(sink) : spoiled(work, fault, sink, events.failure);
      stream.write(events.opening(), 0);
    },
    tokens(choice, count) {
      const output = outputs[choice];
      const planned = choices[choice];
      if (output === undefined || planned === undefined) return;
      const waiting = (gathered[choice] ?? 0) + count;
      const ends = output.totalTokens + waiting >= planned.outputTokens;
      gathered[choice] = output.totalTokens > 0 && !ends && waiting < interval ? waiting : 0;
      if (gathered[choice] !== 0) return;
      const piece = output.take(waiting);
      const texts = events.piece(piece);
      const first = told === 0 ? events.first() : [];
      told += piece.tokens.length;
      if (piece.finish !== null) reasoningTokens += piece.reasoningTokens;
      stream?.write(first.length === 0 ? texts : [...first, ...texts], told);
    },
    answered() {
      stream?.end(events.closing({ completionTokens: told, reasoningTokens }));
    },
  };
}

function spoiled(
  { response, abort, later }: Work,
  fault: Fault,
  sink: ReturnType<typeof openStream>,
  failure: () => readonly string[],
): AnswerStream {
  return faultyStream(fault, {
    sink,
    later,
    destroy() {
      abort();
      response.destroy();
    },
    failure() {
      abort();
      return failure();
    },
  });
}
