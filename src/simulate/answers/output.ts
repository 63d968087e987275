import type { ServerResponse } from 'node:http';
import type { AnswerFacts } from '../apis/api-format.ts';
import { FORMATS } from '../apis/formats.ts';
import { refusal } from '../apis/refusals.ts';
import { FRONT_ENDS } from '../dialect.ts';
import type { Fault } from '../faults/fault.ts';
import {
  type AnswerStream,
  type Delay,
  faultyStream,
  plainStream,
  sendFaultyBody,
  WRONG_TYPE,
} from '../faults/faulty-answer.ts';
import { openStream, sendBody } from '../http/send.ts';
import { ENGINE_DEAD, type GenerationRequest } from '../requests/generation-request.ts';
import { choiceOutput } from './choice-output.ts';
import type { PlannedChoice } from './plan.ts';

/** One request to answer. */
export interface Exchange {
  readonly request: GenerationRequest;
  readonly answerId: string;
  /** `x-request-id` for the answer's head; null where the server sends none. */
  readonly requestIdHeader: string | null;
  readonly fault: Fault | null;
  readonly response: ServerResponse;
}

/** One answer in progress. */
export interface Work extends Exchange {
  readonly facts: AnswerFacts;
  readonly choices: readonly PlannedChoice[];
  readonly streamInterval: number;
  /** Takes the request out of the batch. */
  readonly abort: () => void;
  readonly later: Delay;
}

/** What becomes of an answer's tokens. */
export interface Output {
  accepted(): void;
  tokens(choice: number, count: number): void;
  answered(): void;
}

/** An answer that leaves as a whole, once the front end is through. */
export function plainOutput(work: Work): Output {
  const { facts, choices, fault, response, requestIdHeader: requestId, later } = work;
  const { heads } = FRONT_ENDS[facts.dialect];
  return {
    accepted: () => undefined,
    tokens: () => undefined,
    answered() {
      if (fault?.kind === 'error-event') {
        const { status, contentType, body } = refusal(facts.dialect, ENGINE_DEAD, facts.request.api);
        sendBody(response, heads, { status, contentType, requestId }, body);
        return;
      }
      const pieces = choices.map((choice) => choiceOutput(choice, 0).take(choice.outputTokens));
      const head = { status: 200, contentType: 'application/json', requestId };
      sendFaultyBody(fault, response, heads, head, FORMATS[facts.request.api].body(facts, pieces), later);
    },
  };
}

/** An answer whose head leaves when the request is accepted, its tokens as they come, the end when the front end is through. */
export function streamOutput(work: Work): Output {
  const { facts, choices, fault, response, streamInterval, abort, later } = work;
  const { heads } = FRONT_ENDS[facts.dialect];
  const events = FORMATS[facts.request.api].events(facts);
  const outputs = choices.map((choice) => choiceOutput(choice, heldBack(facts.request)));
  const interval = Math.max(streamInterval, facts.request.streamInterval);
  /** By choice: tokens that have come but are not written. */
  const gathered = choices.map(() => 0);
  let stream: AnswerStream | null = null;
  let totalTokens = 0;
  let reasoningTokens = 0;

  return {
    accepted() {
      const contentType = fault?.kind === 'content-type' ? WRONG_TYPE : heads.eventStreamType;
      const sink = openStream(response, heads, { status: 200, contentType, requestId: work.requestIdHeader });
      const destroy = (): void => {
        abort();
        response.destroy();
      };
      const failure = (): readonly string[] => {
        abort();
        return events.failure();
      };
      stream = fault === null ? plainStream(sink) : faultyStream(fault, { sink, later, destroy, failure });
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
      const first = totalTokens === 0 ? events.first() : [];
      totalTokens += piece.tokens.length;
      if (piece.finish !== null) reasoningTokens += piece.reasoningTokens;
      stream?.write(first.length === 0 ? texts : [...first, ...texts], totalTokens);
    },
    answered() {
      stream?.end(events.closing({ totalTokens, reasoningTokens }));
    },
  };
}

/** Characters that wait for what follows: a stop string may begin with them. */
function heldBack({ stop, includeStop }: GenerationRequest): number {
  return includeStop ? 0 : Math.max(0, ...stop.map(({ length }) => length - 1));
}
