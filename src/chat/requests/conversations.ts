import type { PrefixHashes } from './prefix-hashes.ts';

/** What is known of a request when it is asked which conversation it belongs to. Instants on one time line. */
export interface RequestSummary {
  readonly hashes: PrefixHashes | null;
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
 * What was continued once is not continued again: a second continuation is a branch and begins another conversation. Requests
 * that are equal, such as a benchmark's repeated prompts, are conversations of one turn each.
 */
export function createConversationFinder() {
  const requests: RequestSummary[] = [];
  /** Of each request. */
  const conversationOf: number[] = [];
  /** The last request of each conversation. */
  const lastOf: number[] = [];
  const isLast = (number: number): boolean => lastOf[conversationOf[number] ?? -1] === number;
  const index = createIndex(requests, isLast);
  return {
    /** Gives the number of the request's conversation; they count from 0 in order of their first requests. */
    add(request: RequestSummary): number {
      const before = index.predecessor(request);
      const number = requests.length;
      const conversation = before === null ? lastOf.length : (conversationOf[before] ?? lastOf.length);
      requests.push(request);
      conversationOf.push(conversation);
      lastOf[conversation] = number;
      index.add(request, number);
      return conversation;
    },
  };
}

/** @returns the numbers of each conversation's requests, in order; conversations in order of their first ones */
export function groupConversations(requests: readonly RequestSummary[]): readonly (readonly number[])[] {
  const finder = createConversationFinder();
  const conversations: number[][] = [];
  requests.forEach((request, number) => {
    const conversation = finder.add(request);
    conversations[conversation] ??= [];
    conversations[conversation].push(number);
  });
  return conversations;
}

/**
 * A key that all requests of one conversation share, known from any of them alone: the client's own name of it, else
 * what the first answer was given to, which every later turn repeats. Conversations that begin alike share theirs.
 * @param body the request's, which is its key where it has no messages
 */
export function conversationKey(
  { sessionKey, hashes }: Pick<RequestSummary, 'sessionKey' | 'hashes'>,
  body: Uint8Array | null,
): Uint8Array | string {
  return sessionKey ?? hashes?.earlier[0] ?? hashes?.whole ?? body ?? '';
}

/** Requests by what would continue them. */
interface RequestIndex {
  /** The request that this one continues, null when it begins a conversation. */
  predecessor(request: RequestSummary): number | null;
  add(request: RequestSummary, number: number): void;
}

function createIndex(requests: readonly RequestSummary[], isLast: (number: number) => boolean): RequestIndex {
  const byHash = new Map<string, number[]>();
  const unanswered = new Map<string, number[]>();
  const bySession = new Map<string, SessionIndex>();

  /**
   * The latest that can be continued and had ended by then, among the latest that were in flight together. Those continued
   * already are forgotten on the way.
   */
  function latestEnded(numbers: number[], byUs: number, looks = { left: MOST_LOOKS }): number | null {
    for (let i = numbers.length - 1; i >= 0 && looks.left > 0; i--) {
      const number = numbers[i] ?? 0;
      if (!isLast(number)) {
        numbers.splice(i, 1);
        continue;
      }
      if ((requests[number]?.endedUs ?? 0) <= byUs) return number;
      looks.left -= 1;
    }
    return null;
  }

  function askedBefore({ hashes, sessionKey, arrivedUs }: RequestSummary): number | null {
    // The first message alone is no sign: many conversations begin alike.
    if (hashes === null || (hashes.earlier.length === 0 && sessionKey === null)) return null;
    return latestEnded(unanswered.get(keyOf(sessionKey, hashes.whole)) ?? [], arrivedUs);
  }

  function ofSession({ sessionKey, messages, arrivedUs }: RequestSummary): number | null {
    const session = sessionKey === null ? undefined : bySession.get(sessionKey);
    if (session === undefined) return null;
    const { counts, byCount } = session;
    const looks = { left: MOST_LOOKS };
    for (let i = placeIn(counts, messages ?? 0) - 1; i >= 0 && looks.left > 0; i--) {
      const numbers = byCount.get(counts[i] ?? 0) ?? [];
      const found = latestEnded(numbers, arrivedUs, looks);
      if (found !== null) return found;
      if (numbers.length > 0) continue;
      byCount.delete(counts[i] ?? 0);
      counts.splice(i, 1);
    }
    return null;
  }

  return {
    predecessor(request) {
      const again = askedBefore(request);
      if (again !== null) return again;
      const { hashes, sessionKey, arrivedUs } = request;
      for (const hash of (hashes?.earlier ?? []).toReversed()) {
        const numbers = byHash.get(keyOf(sessionKey, hash));
        // The messages prove the order, although the end of an answer may be noticed after the next request. Where all
        // with this hash are continued already, this is a branch.
        if (numbers !== undefined) return latestEnded(numbers, arrivedUs) ?? numbers[0] ?? null;
      }
      return ofSession(request);
    },
    add({ hashes, sessionKey, messages, answered }, number) {
      if (hashes !== null) {
        const key = keyOf(sessionKey, hashes.whole);
        addTo(byHash, key, number);
        if (!answered) addTo(unanswered, key, number);
      }
      if (sessionKey === null || messages === null) return;
      const session = bySession.get(sessionKey) ?? { counts: [], byCount: new Map() };
      bySession.set(sessionKey, session);
      if (!session.byCount.has(messages))
        session.counts.splice(placeIn(session.counts, messages), 0, messages);
      addTo(session.byCount, messages, number);
    },
  };
}

/** Requests in flight that are passed over in search of one that had ended. */
const MOST_LOOKS = 1_000;

/** The requests of a session. */
interface SessionIndex {
  /** The numbers of messages that they have, in rising order. */
  readonly counts: number[];
  readonly byCount: Map<number, number[]>;
}

/** How many of the sorted numbers are smaller. */
function placeIn(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Requests of different sessions never continue one another. */
function keyOf(sessionKey: string | null, hash: string): string {
  return sessionKey === null ? hash : `${hash} ${sessionKey}`;
}

function addTo<K>(map: Map<K, number[]>, key: K, number: number): void {
  const numbers = map.get(key);
  if (numbers === undefined) map.set(key, [number]);
  else numbers.push(number);
}
