import type { MessageChain } from './message-chain.ts';

/** What is known of a request when it is asked which conversation it belongs to. Instants on one time line. */
export interface Utterance {
  readonly chain: MessageChain | null;
  /** The client's own name of the conversation, null without. */
  readonly sessionKey: string | null;
  readonly messages: number | null;
  readonly arrivedUs: number;
  /** When its answer had ended, or its client had gone. */
  readonly endedUs: number;
  /** Whether the answer was whole. */
  readonly answered: boolean;
}

/**
 * Finds the conversations among requests, which come in order of their arrivals. A request continues another when
 * - its messages begin with the other's and an answer to them; or
 * - it asks again, in the middle of a conversation, what got no whole answer; or
 * - it comes, in one session of the client, with more messages after the other had ended.
 *
 * What was continued once is not continued again: a second continuation is a branch, a conversation of its own.
 * @returns the numbers of each conversation's requests, in order; conversations in order of their first ones
 */
export function groupConversations(utterances: readonly Utterance[]): readonly (readonly number[])[] {
  const conversations: number[][] = [];
  const conversationOf: number[][] = [];
  const isLast = (number: number): boolean => conversationOf[number]?.at(-1) === number;
  const index = createIndex(utterances, isLast);
  utterances.forEach((utterance, number) => {
    const before = index.predecessor(utterance);
    const conversation = before === null ? [] : (conversationOf[before] ?? []);
    if (before === null) conversations.push(conversation);
    conversation.push(number);
    conversationOf.push(conversation);
    index.add(utterance, number);
  });
  return conversations;
}

/** Requests by what would continue them. */
interface UtteranceIndex {
  /** The request that this one continues, null when it begins a conversation. */
  predecessor(utterance: Utterance): number | null;
  add(utterance: Utterance, number: number): void;
}

function createIndex(utterances: readonly Utterance[], isLast: (number: number) => boolean): UtteranceIndex {
  const byMark = new Map<string, number[]>();
  const unanswered = new Map<string, number[]>();
  /** Of each session, by the number of messages. */
  const bySession = new Map<string, number[][]>();

  /** The latest that can be continued and had ended by then. Those continued already are forgotten on the way. */
  function latestEnded(numbers: number[], byUs: number): number | null {
    for (let i = numbers.length - 1; i >= 0; i--) {
      const number = numbers[i] ?? 0;
      if (!isLast(number)) numbers.splice(i, 1);
      else if ((utterances[number]?.endedUs ?? 0) <= byUs) return number;
    }
    return null;
  }

  function askedBefore({ chain, sessionKey, arrivedUs }: Utterance): number | null {
    // The first message alone is no sign: many conversations begin alike.
    if (chain === null || (chain.earlier.length === 0 && sessionKey === null)) return null;
    return latestEnded(unanswered.get(keyOf(sessionKey, chain.whole)) ?? [], arrivedUs);
  }

  function ofSession({ sessionKey, messages, arrivedUs }: Utterance): number | null {
    const byMessages = sessionKey === null ? undefined : bySession.get(sessionKey);
    for (let fewer = (messages ?? 0) - 1; fewer >= 0 && byMessages !== undefined; fewer--) {
      const found = latestEnded(byMessages[fewer] ?? [], arrivedUs);
      if (found !== null) return found;
    }
    return null;
  }

  return {
    predecessor(utterance) {
      const again = askedBefore(utterance);
      if (again !== null) return again;
      const { chain, sessionKey, arrivedUs } = utterance;
      for (const mark of (chain?.earlier ?? []).toReversed()) {
        const numbers = byMark.get(keyOf(sessionKey, mark));
        // The messages prove the order, although the end of an answer may be noticed after the next request. Where all
        // with this mark are continued already, this is a branch.
        if (numbers !== undefined) return latestEnded(numbers, arrivedUs) ?? numbers[0] ?? null;
      }
      return ofSession(utterance);
    },
    add({ chain, sessionKey, messages, answered }, number) {
      if (chain !== null) {
        const key = keyOf(sessionKey, chain.whole);
        addTo(byMark, key, number);
        if (!answered) addTo(unanswered, key, number);
      }
      if (sessionKey === null || messages === null) return;
      const byMessages = bySession.get(sessionKey) ?? [];
      bySession.set(sessionKey, byMessages);
      byMessages[messages] ??= [];
      byMessages[messages].push(number);
    },
  };
}

/** Requests of different sessions never continue one another. */
function keyOf(sessionKey: string | null, mark: string): string {
  return sessionKey === null ? mark : `${mark} ${sessionKey}`;
}

function addTo(map: Map<string, number[]>, key: string, number: number): void {
  const numbers = map.get(key);
  if (numbers === undefined) map.set(key, [number]);
  else numbers.push(number);
}
