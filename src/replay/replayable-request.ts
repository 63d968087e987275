/** Where a replayed request is cut because its recorded client went away there. */
export type AbortPoint =
  /** When so many generated tokens have come. */
  | { readonly afterTokens: number }
  /** So long after sending, microseconds: no token had come yet, or nothing was streamed. */
  | { readonly afterUs: number };

/** One recorded request made ready for a target: what the engine sends, again and again. */
export interface ReplayableRequest {
  readonly exchangeId: number;
  /** Path with query. */
  readonly path: string;
  /** Raw header pairs, without host and framing: the client adds these. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  /** Where in the body a pass's `cache_salt` goes (bytes from the start, at the beginning of a string); null for nowhere. */
  readonly saltAt: number | null;
  readonly abort: AbortPoint | null;
}
