import type { Fault } from '../faults/fault.ts';
import { WRONG_TYPE } from '../faults/faulty-body.ts';
import { type AnswerStream, faultyStream, plainStream } from '../faults/faulty-stream.ts';
import type { GenerationRequest } from '../requests/generation-request.ts';
import { type EventSink, openStream } from '../send.ts';
import { choiceOutput } from './choice-output.ts';
import type { Output, Work } from './work.ts';

/** An answer whose head leaves when the request is accepted, its tokens as they come, the end when the front end is through. */
export function streamOutput(work: Work): Output {
  const { dialect, facts, choices, fault, response, streamInterval } = work;
  const events = dialect.events(facts);
  const outputs = choices.map((choice) => choiceOutput(choice, heldBack(facts.request)));
  const interval = Math.max(streamInterval, facts.request.streamInterval);
  /** By choice: tokens that have come but are not told. */
  const gathered = choices.map(() => 0);
  let stream: AnswerStream | null = null;
  let told = 0;
  let reasoningTokens = 0;

  return {
    accepted() {
      const contentType = fault?.kind === 'content-type' ? WRONG_TYPE : dialect.heads.eventStreamType;
      const head = { status: 200, contentType, requestId: work.requestIdHeader };
      const sink = openStream(response, dialect.heads, head);
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

/** Characters that wait for what follows: a stop string may begin with them. */
function heldBack({ stop, includeStop }: GenerationRequest): number {
  return includeStop ? 0 : Math.max(0, ...stop.map(({ length }) => length - 1));
}

function spoiled(
  { response, abort, later }: Work,
  fault: Fault,
  sink: EventSink,
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
