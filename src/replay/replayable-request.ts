/** One recorded request made ready for a target: what the engine sends, again and again. */
export interface ReplayableRequest {
  readonly exchangeId: number;
  /** Path with query. */
  readonly path: string;
  /** Raw header pairs, without host and framing: the client adds these. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}
