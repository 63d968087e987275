import { asArray, asObject, asString } from '../../model/json.ts';
import type { PromptPart } from '../format.ts';
import { isoUs } from '../reading/instants.ts';
import { jsonFormat } from '../reading/json-reader.ts';
import { countOf } from '../reading/numbers.ts';
import { createSessions } from '../reading/sessions.ts';
import { lengthExchange, ownPrompt } from './length-trace.ts';

/** Events of a round before the model is asked. */
const INPUTS: ReadonlySet<unknown> = new Set(['user_message', 'tool_result']);
/** Events that the model's answer makes. */
const OUTPUTS: ReadonlySet<unknown> = new Set(['reasoning', 'text', 'tool_call']);

/**
 * TraceLab's round traces of coding agents (uw-syfi/TraceLab): one call of a model a line. A round begins with as much of
 * the round before as the provider's cache served, but no more than that round had, and is new after it.
 */
export const TRACELAB = jsonFormat(
  ({ input_tokens_total: total, prefix_tokens: prefix }) => total !== undefined && prefix !== undefined,
  () => {
    /** The prompt of each session's latest round. */
    const latest = createSessions<readonly PromptPart[]>();
    let rounds = 0;
    return ({ document }) => {
      const session = asString(document.session_id);
      const inputTokens = countOf(document.input_tokens_total);
      const shared = Math.min(countOf(document.prefix_tokens) ?? 0, inputTokens ?? 0);
      const before = firstTokens(session === null ? [] : (latest.get(session) ?? []), shared);
      const parts = [...before, ...ownPrompt(rounds++, (inputTokens ?? 0) - lengthOf(before))];
      if (session !== null) latest.set(session, parts);
      const { sentUs, firstUs, endUs } = roundTimes(document.timing_events);
      if (sentUs === null) return 'malformed';
      return lengthExchange({
        arrivedUs: sentUs,
        parts,
        inputTokens,
        outputTokens: countOf(document.output_tokens),
        model: asString(document.model),
        session,
        answer: { firstTokenUs: firstUs, finishedUs: endUs, ...(endUs === null ? {} : { outcome: 'ok' }) },
      });
    };
  },
);

function roundTimes(events: unknown) {
  let sentUs: number | null = null;
  let firstUs: number | null = null;
  let endUs: number | null = null;
  for (const event of asArray(events)) {
    const { event_type: kind, timestamp } = asObject(event) ?? {};
    const us = isoUs(timestamp);
    if (us === null) continue;
    if (INPUTS.has(kind)) sentUs = Math.max(sentUs ?? us, us);
    if (!OUTPUTS.has(kind)) continue;
    firstUs = Math.min(firstUs ?? us, us);
    endUs = Math.max(endUs ?? us, us);
  }
  return { sentUs, firstUs, endUs };
}

function lengthOf(parts: readonly PromptPart[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** The beginning of a prompt. */
function firstTokens(parts: readonly PromptPart[], tokens: number): readonly PromptPart[] {
  let left = tokens;
  return parts.flatMap((part) => {
    const length = Math.min(part.length, left);
    left -= length;
    return length === 0 ? [] : [{ ...part, length }];
  });
}
