import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_FLAGS, type ServerFlags } from '../../../src/simulate/dialects/server-flags.ts';
import { V032 } from '../../../src/simulate/dialects/v0.32.ts';
import { accepted, answerFacts, streamedEvents } from '../../helpers/simulated-answer.ts';

/** The last event before the end mark, and all of them, of a stream that asks for nothing. */
function streamed(flags: Partial<ServerFlags>) {
  const facts = answerFacts(accepted({ stream: true, max_tokens: 20 }), {
    flags: { ...DEFAULT_FLAGS, ...flags },
  });
  const events = streamedEvents(V032, facts).slice(0, -1);
  return { all: events.join('\n'), last: JSON.parse(events.at(-1) ?? '') };
}

test('by default nothing is told but the text; each flag adds its part', () => {
  const plain = streamed({});
  assert.doesNotMatch(plain.all, /usage|metrics|reasoning|details/);
  assert.match(streamed({ reasoningParser: true }).all, /"delta":\{"reasoning":/);
  const forced = streamed({ forceIncludeUsage: true });
  assert.equal(forced.last.usage.completion_tokens, 20);
  assert.equal(
    streamed({ forceIncludeUsage: true, promptTokensDetails: true }).last.usage.prompt_tokens_details
      .cached_tokens,
    0,
  );
  assert.equal(
    streamed({ forceIncludeUsage: true, perRequestMetrics: true }).last.metrics.generation_time_ms,
    20,
  );
});
