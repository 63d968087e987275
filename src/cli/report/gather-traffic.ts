import { apiOfPath } from '../../chat/apis/table.ts';
import { bodyText } from '../../chat/body.ts';
import { createConversationFinder } from '../../chat/requests/conversations.ts';
import { type PrefixHashes, prefixHashes } from '../../chat/requests/prefix-hashes.ts';
import { promptText } from '../../chat/requests/prompt-text.ts';
import type { CachedPrompt } from '../../measure/prefix-share.ts';
import { figuresOfTape } from '../../measure/tape-figures.ts';
import { type TrafficExchange, trafficOf } from '../../measure/traffic.ts';
import { parseObject, TAPE_JSON_BYTES } from '../../model/json.ts';
import { isAnswered } from '../../model/outcome.ts';
import { createRecent } from '../../model/recent.ts';
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
  const promptOf = promptReader(tape);
  for (const exchange of tape.exchanges()) {
    const asked = exchange.requestBodyId === null ? null : promptOf(exchange.path, exchange.requestBodyId);
    const { arrivedUs, finishedUs } = timeOf(exchange);
    const isKnown = exchange.sessionKey !== null || asked !== null;
    yield {
      exchange,
      conversation: isKnown
        ? conversations.add({
            hashes: asked?.hashes ?? null,
            sessionKey: exchange.sessionKey,
            messages: exchange.messages,
            arrivedUs,
            endedUs: finishedUs,
            answered: isAnswered(exchange.outcome),
          })
        : null,
      prompt: asked?.prompt ?? null,
    };
  }
}

/** What a body asks. */
interface Asked {
  readonly hashes: PrefixHashes | null;
  readonly prompt: CachedPrompt | null;
}

/** Of the prompts that are held, bytes: a benchmark repeats a few of them in thousands of rows. */
const RECENT_BYTES = 8 * 1024 * 1024;

/** Reads what the bodies of a tape ask; null for one that is not there. */
function promptReader(tape: TapeReader): (path: string, bodyId: number) => Asked | null {
  const recent = createRecent<string, Asked | null>(RECENT_BYTES);
  const encoder = new TextEncoder();
  return (path, bodyId) =>
    recent.get(`${bodyId} ${apiOfPath(path)?.name}`, () => {
      const body = tape.body(bodyId);
      if (body === null) return { value: null, size: 0 };
      const document = parseObject(bodyText(body), TAPE_JSON_BYTES);
      if (document === null) return { value: { hashes: null, prompt: null }, size: 0 };
      const { scope, text } = promptText(path, document) ?? { scope: null, text: '' };
      const prompt = scope === null ? null : { scope, text: encoder.encode(text) };
      return { value: { hashes: prefixHashes(path, document), prompt }, size: body.length };
    });
}
