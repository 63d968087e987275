import { createHash } from 'node:crypto';
import { conversationName } from '../../chat/conversation.ts';
import { promptText } from '../../chat/prompt-text.ts';
import { figuresOfTape } from '../../measure/tape-figures.ts';
import { type TrafficExchange, trafficOf } from '../../measure/traffic.ts';
import type { Exchange } from '../../model/exchange.ts';
import { jsonText } from '../../report/json.ts';
import type { TrafficReport } from '../../report/traffic-report.ts';
import type { TapeReader } from '../../store/tape-reader.ts';
import { toolVersion } from '../tool-version.ts';

/** Reads everything that is told of a tape's traffic. */
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
  const encoder = new TextEncoder();
  for (const exchange of tape.exchanges()) {
    const body = exchange.requestBodyId === null ? null : tape.body(exchange.requestBodyId);
    const prompt = promptText(body);
    yield {
      exchange,
      conversation: conversationKey(exchange, body),
      prompt: prompt === null ? null : { scope: prompt.scope, text: encoder.encode(prompt.text) },
    };
  }
}

/** A short name in place of a long beginning. */
function conversationKey(exchange: Exchange, body: Uint8Array | null): string | null {
  if (exchange.sessionKey === null && body === null) return null;
  return createHash('sha256').update(conversationName(exchange, body)).digest('base64');
}
