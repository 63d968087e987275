import { readAnswer } from '../chat/answers/read-answer.ts';
import { bodyText } from '../chat/body.ts';
import { headerValue } from '../chat/headers.ts';
import type { Outcome } from '../model/outcome.ts';
import { type Alone, sendAlone } from './ask-target.ts';
import { createRequestWriter } from './engine/request-bytes.ts';
import type { ReplayableRequest } from './plan/replayable.ts';

/** How one request of a tape is sent outside of a run. */
export interface SendOnce extends Alone {
  readonly target: URL;
  /** Raw pairs that it carries beside its own. */
  readonly headers: readonly string[];
  /** For the server's prefix cache; null for none. */
  readonly salt: string | null;
}

/** What came of it. */
export interface OneAnswer {
  readonly outcome: Outcome;
  readonly status: number | null;
  /** The server's own words of an error, else the beginning of the body; empty where there are none. */
  readonly words: string;
  /** Where a redirect leads. */
  readonly location: string | null;
}

/** The most of a server's words that is shown, characters. */
const SHOWN = 300;

/** Sends one request on a new connection and waits for the end of its answer. Never throws. */
export async function sendOnce(request: ReplayableRequest, how: SendOnce): Promise<OneAnswer> {
  const { target, headers, salt } = how;
  const answer = await sendAlone(
    target,
    createRequestWriter(target, headers, salt).write(request, 0, 0),
    how,
  );
  const { outcome, error } = readAnswer(request.path, answer);
  const words = (error ?? bodyText(answer.body)).replaceAll(/\s+/g, ' ').trim();
  return {
    outcome,
    status: answer.status,
    words: words.length <= SHOWN ? words : `${words.slice(0, SHOWN)}…`,
    location: headerValue(answer.headers, 'location'),
  };
}
