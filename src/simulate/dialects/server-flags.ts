/** Flags of `vllm serve` that change what its answers look like; all off by default, as they are there. */
export interface ServerFlags {
  /** `--enable-prompt-tokens-details` */
  readonly promptTokensDetails: boolean;
  /** `--enable-per-request-metrics` */
  readonly perRequestMetrics: boolean;
  /** `--enable-request-id-headers` */
  readonly requestIdHeaders: boolean;
  /** `--enable-force-include-usage` */
  readonly forceIncludeUsage: boolean;
  /** `--reasoning-parser`: the served model thinks before it answers. */
  readonly reasoningParser: boolean;
  /** `--enable-auto-tool-choice --tool-call-parser`: without it a parser works for requests that bring tools alone. */
  readonly toolCallParser: boolean;
  /** `--api-key` */
  readonly apiKey: string | null;
}

export const DEFAULT_FLAGS: ServerFlags = {
  promptTokensDetails: false,
  perRequestMetrics: false,
  requestIdHeaders: false,
  forceIncludeUsage: false,
  reasoningParser: false,
  toolCallParser: false,
  apiKey: null,
};
