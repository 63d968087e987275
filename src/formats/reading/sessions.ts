/** Sessions whose latest record is remembered: those of a large file would fill the memory. */
const MOST_SESSIONS = 100_000;

/** What was last known of each session; of very many, of those that came last. */
export function createSessions<Value>() {
  const known = new Map<string, Value>();
  return {
    get: (session: string): Value | undefined => known.get(session),
    set(session: string, value: Value): void {
      known.delete(session);
      known.set(session, value);
      const [oldest] = known.size > MOST_SESSIONS ? known.keys() : [];
      if (oldest !== undefined) known.delete(oldest);
    },
  };
}
