import { refusal } from '../dialects/refusals.ts';
import { sendFaultyBody } from '../faults/faulty-body.ts';
import { ENGINE_DEAD } from '../requests/problem.ts';
import { sendBody } from '../send.ts';
import { choiceOutput } from './choice-output.ts';
import type { Output, Work } from './work.ts';

/** An answer that leaves as a whole, once the front end is through. */
export function plainOutput(work: Work): Output {
  const { dialect, facts, choices, fault, response, requestIdHeader: requestId, later } = work;
  return {
    accepted: () => undefined,
    tokens: () => undefined,
    answered() {
      if (fault?.kind === 'error-event') {
        const { status, contentType, body } = refusal(dialect.name, ENGINE_DEAD);
        sendBody(response, dialect.heads, { status, contentType, requestId }, body);
        return;
      }
      const pieces = choices.map((choice) => choiceOutput(choice, 0).take(choice.outputTokens));
      const head = { status: 200, contentType: 'application/json', requestId };
      sendFaultyBody(fault, response, dialect.heads, head, dialect.body(facts, pieces), later);
    },
  };
}
