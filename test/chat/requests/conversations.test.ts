import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  conversationKey,
  groupConversations,
  type RequestSummary,
} from '../../../src/chat/requests/conversations.ts';
import { prefixHashes } from '../../../src/chat/requests/prefix-hashes.ts';

/** A request whose messages are the letters of a word: capitals are answers. It takes 10 µs. */
function says(word: string, arrivedUs: number, overrides: Partial<RequestSummary> = {}): RequestSummary {
  const messages = [...word].map((letter) => ({
    role: letter === letter.toUpperCase() ? 'assistant' : 'user',
    content: letter,
  }));
  return {
    hashes: prefixHashes('/v1/chat/completions', { messages }),
    sessionKey: null,
    messages: messages.length,
    arrivedUs,
    endedUs: arrivedUs + 10,
    answered: true,
    ...overrides,
  };
}

test('turns of interleaved conversations find each other', () => {
  assert.deepEqual(
    groupConversations([
      says('a', 0),
      says('b', 5),
      says('aAc', 20),
      says('x', 25),
      says('bBd', 30),
      says('aAcCe', 40),
    ]),
    [[0, 2, 5], [1, 4], [3]],
  );
});

test('a second continuation is a branch, whose own continuation follows it', () => {
  const turns = [says('a', 0), says('aAb', 20), says('aAc', 40), says('aAcCd', 60), says('aAbBe', 80)];
  assert.deepEqual(groupConversations(turns), [
    [0, 1, 4],
    [2, 3],
  ]);
});

test('a missing turn is bridged; another answer to the same question still continues it', () => {
  assert.deepEqual(groupConversations([says('a', 0), says('aAbBc', 20)]), [[0, 1]]);
  assert.deepEqual(groupConversations([says('a', 0), says('aXb', 20)]), [[0, 1]]);
});

test('of conversations that begin alike, the one with that answer continues', () => {
  const turns = [says('a', 0, { endedUs: 15 }), says('a', 5, { endedUs: 900 }), says('aAb', 20)];
  assert.deepEqual(groupConversations(turns), [[0, 2], [1]]);
  const early = [says('a', 0, { endedUs: 21 }), says('aAb', 20)];
  assert.deepEqual(groupConversations(early), [[0, 1]], 'the end may be noticed after the next request');
});

test('equal requests are conversations of their own, as from a benchmark that repeats its prompts', () => {
  const single = [says('a', 0), says('a', 20), says('b', 40), says('a', 60)];
  assert.deepEqual(groupConversations(single), [[0], [1], [2], [3]]);
});

test('an answer without a question, such as a greeting, is not a turn: conversations keep separate keys', () => {
  const [ada, bob] = [says('Aa', 0), says('Ab', 20)];
  assert.deepEqual(groupConversations([ada, bob, says('AaBc', 40), says('AbBd', 60)]), [
    [0, 2],
    [1, 3],
  ]);
  assert.notEqual(conversationKey(ada, null), conversationKey(bob, null));
  assert.equal(conversationKey(says('AaBc', 40), null), conversationKey(ada, null));
});

test('the key of a request without messages is its body, and that of a session its name', () => {
  const body = Buffer.from('{"prompt":"a"}');
  assert.equal(conversationKey({ sessionKey: null, hashes: null }, body), body);
  assert.equal(conversationKey(says('a', 0, { sessionKey: 's' }), body), 's');
});

test('a request without a complete answer is repeated in the same conversation, but not by another client', () => {
  const failed = { answered: false };
  const turns = [says('a', 0), says('aAb', 20, failed), says('aAb', 40), says('aAbBc', 60)];
  assert.deepEqual(groupConversations(turns), [[0, 1, 2, 3]]);
  const strangers = [says('a', 0, failed), says('a', 20)];
  assert.deepEqual(groupConversations(strangers), [[0], [1]]);
  const session = { sessionKey: 's' };
  const inSession = [says('a', 0, { ...failed, ...session }), says('a', 20, session)];
  assert.deepEqual(groupConversations(inSession), [[0, 1]]);
  const tooEarly = [says('aAb', 0, failed), says('aAb', 5)];
  assert.deepEqual(groupConversations(tooEarly), [[0], [1]], 'both were asked at once');
});

test('a session continues with more messages after the last answer; at once or with fewer it does not', () => {
  const session = { sessionKey: 's' };
  const turns = [
    says('a', 0, session),
    says('xXy', 20, session),
    says('zZw', 22, session),
    says('q', 40, session),
    says('qQrRs', 60),
  ];
  assert.deepEqual(groupConversations(turns), [[0, 1], [2], [3], [4]]);
  const other = [says('a', 0, session), says('xXy', 20, { sessionKey: 't' }), says('aAb', 30)];
  assert.deepEqual(groupConversations(other), [[0], [1], [2]], 'sessions do not mix');
  const silent = { sessionKey: 's', hashes: null };
  assert.deepEqual(groupConversations([says('a', 0, silent), says('ab', 20, silent)]), [[0, 1]]);
});

test('whatever conversations are held at once, those whose messages differ are found again', () => {
  const anyTalks = fc.array(fc.tuple(fc.nat(500), fc.array(fc.nat(300), { minLength: 1, maxLength: 5 })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(anyTalks, (talks) => {
      const turns = talks.flatMap(([beginUs, pauses], talk) => {
        let arrivedUs = beginUs;
        let word = String.fromCharCode(0x430 + talk);
        return pauses.map((pause, turn) => {
          const said = { talk, turn, request: says(word, arrivedUs) };
          arrivedUs += 10 + pause;
          word += 'Ay';
          return said;
        });
      });
      turns.sort((a, b) => a.request.arrivedUs - b.request.arrivedUs);
      const found = groupConversations(turns.map(({ request }) => request));
      assert.equal(found.length, talks.length);
      for (const conversation of found) {
        const members = conversation.map((number) => turns[number]);
        assert.deepEqual(
          members.map((member) => [member?.talk, member?.turn]),
          members.map((_, turn) => [members[0]?.talk, turn]),
        );
      }
    }),
  );
});

test('whatever comes, every request belongs to one conversation, after turns that came before it', () => {
  const anyRequest = fc.record({
    word: fc.stringMatching(/^[aAbB]{1,4}$/),
    gapUs: fc.nat(20),
    tookUs: fc.nat(40),
    answered: fc.boolean(),
    sessionKey: fc.option(fc.constantFrom('s', 't'), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(anyRequest, { maxLength: 30 }), (drawn) => {
      let nowUs = 0;
      const requests = drawn.map(({ word, gapUs, tookUs, answered, sessionKey }) => {
        nowUs += gapUs;
        return says(word, nowUs, { endedUs: nowUs + tookUs, answered, sessionKey });
      });
      const found = groupConversations(requests);
      assert.deepEqual(
        found.flat().sort((a, b) => a - b),
        [...requests.keys()],
      );
      for (const conversation of found) {
        assert.deepEqual(
          [...conversation].sort((a, b) => a - b),
          conversation,
        );
        // A sample, which decides by this key, never splits a conversation.
        const keys = conversation.flatMap((number) => {
          const request = requests[number];
          return request === undefined ? [] : [conversationKey(request, null)];
        });
        assert.equal(new Set(keys).size, 1);
      }
      const firsts = found.map(([first]) => first ?? -1);
      assert.deepEqual(
        [...firsts].sort((a, b) => a - b),
        firsts,
      );
    }),
  );
});

test('a session costs a bounded lookup per request, whatever its header says', () => {
  let looks = 0;
  const inFlight = (n: number): RequestSummary => ({
    ...says('a', n, { sessionKey: 's', messages: 2 ** 31 + n, hashes: null }),
    get endedUs() {
      looks += 1;
      return Number.POSITIVE_INFINITY;
    },
  });
  const requests = Array.from({ length: 3_000 }, (_, n) => inFlight(n));
  assert.equal(groupConversations(requests).length, 3_000);
  assert.ok(looks <= 3_000 * 1_000, `${looks}`);
});

test('in a session the nearest smaller number of messages is continued, in whatever order they came', () => {
  const turn = (messages: number, arrivedUs: number): RequestSummary =>
    says('a', arrivedUs, { sessionKey: 's', messages, hashes: null });
  assert.deepEqual(groupConversations([turn(5, 0), turn(1, 100), turn(3, 200), turn(9, 300), turn(4, 400)]), [
    [0, 3],
    [1, 2, 4],
  ]);
});
