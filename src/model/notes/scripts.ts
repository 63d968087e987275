import type { Note } from '../note.ts';

/** What is said of a script of wrk. */
export interface ScriptFacts {
  /** It writes a file, which only it sees. */
  writesInMemory: { readonly file: string; readonly path: string };
  /** The load needed more requests than were made before it began. */
  requestsRepeated: { readonly file: string; readonly requests: number };
  /** An import took as many of its requests as it was allowed to. */
  moreRequests: { readonly file: string };
}

export type ScriptNote = Note<ScriptFacts>;
