import { bodyText } from '../../chat/body.ts';
import { createConversationFinder } from '../../chat/requests/conversations.ts';
import { prefixHashes } from '../../chat/requests/prefix-hashes.ts';
import { promptText } from '../../chat/requests/prompt-text.ts';
import { figuresOfTape } from '../../measure/tape-figures.ts';
import { type TrafficExchange, trafficOf } from '../../measure/traffic.ts';
import { parseObject } from '../../model/json.ts';
import { isAnswered } from '../../model/outcome.ts';
import { createTimeLine } from '../../replay/plan/due-times.ts';
import { jsonText } from '../../report/json.ts';
import type { TrafficReport } from '../../report/runs-report.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { toolVersion } from '../provenance.ts';

/** Reads everything that a report of a tape's traffic shows. */
export function gatherTraffic(tape: TapeReader, path: string): TrafficReport {
  const captures = tape.captures();
  return {
    tape: path,
    figures: figuresOfTape(captures, tape.exchanges(), tape.runs()),
    traffic: trafficOf(captures, withBodies(tape)),
    toolVersion: toolVersion(),
  };
}

/** The same as one JSON document. */
export function trafficJson({ figures, traffic }: TrafficReport): string {
  return jsonText({ ...figures, traffic });
}

function* withBodies(tape: TapeReader): Generator<TrafficExchange> {
  const timeOf = createTimeLine(tape.captures());
  const conversations = createConversationFinder();
  const encoder = new TextEncoder();
  for (const exchange of tape.exchanges()) {
    const body = exchange.requestBodyId === null ? null : tape.body(exchange.requestBodyId);
    const document = parseObject(bodyText(body));
    const prompt = document === null ? null : promptText(exchange.path, document);
    const { arrivedUs, finishedUs } = timeOf(exchange);
    const isKnown = exchange.sessionKey !== null || body !== null;
    yield {
      exchange,
      conversation: isKnown
        ? conversations.add({
            hashes: document === null ? null : prefixHashes(exchange.path, document),
            sessionKey: exchange.sessionKey,
            messages: exchange.messages,
            arrivedUs,
            endedUs: finishedUs,
            answered: isAnswered(exchange.outcome),
          })
        : null,
      prompt: prompt === null ? null : { scope: prompt.scope, text: encoder.encode(prompt.text) },
    };
  }
}
