import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figuresOfTape } from '../../src/measure/tape-figures.ts';
import { trafficOf } from '../../src/measure/traffic.ts';
import { messagesOf } from '../../src/report/messages/messages.ts';
import { trafficFacts } from '../../src/report/traffic-facts.ts';
import { sampleExchange } from '../helpers/sample-exchange.ts';

const english = messagesOf('en');

function factsOf(
  exchanges: readonly ReturnType<typeof sampleExchange>[],
  conversation: number | null = null,
) {
  const traffic = trafficOf(
    [],
    exchanges.map((exchange) => ({ exchange, conversation, prompt: null })),
  );
  const report = { tape: 't', figures: figuresOfTape([], exchanges, []), traffic, toolVersion: '0' };
  return Object.fromEntries(trafficFacts(report, english));
}

test('counts are sorted by number, what did not occur is not listed', () => {
  const facts = factsOf([
    sampleExchange({ model: 'a', outcome: 'timeout' }),
    sampleExchange({ model: 'b' }),
    sampleExchange({ model: 'b' }),
  ]);
  assert.deepEqual([facts.models, facts.outcomes, facts.dropped], ['b 2, a 1', 'ok 2, timeout 1', 'none']);
});

test('the tokens that the server cached are next to the estimate', () => {
  const facts = factsOf([sampleExchange({ promptTokens: 100, cachedTokens: 64 })], 0);
  assert.match(facts['prefix cache'] ?? '', /^no prompt on the tape.*; the server reported 64 % as cached$/);
  assert.equal(facts.conversations, '1, on average 1 request each');
});

test('an empty tape has no facts', () => {
  const facts = factsOf([]);
  assert.deepEqual([facts.span, facts.conversations, facts.models], ['–', '–', 'none']);
  assert.ok(!('arrivals' in facts));
});
