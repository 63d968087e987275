import type { HeadStyle } from './http/send.ts';

/** The front ends that can be played: the Python one of two versions, and the Rust one of 0.32. */
export const DIALECTS = ['v0.8.5', 'v0.32', 'rust'] as const;

export type Dialect = (typeof DIALECTS)[number];

/** What else differs between front ends beside the shape of their answers. */
export interface FrontEnd {
  readonly heads: HeadStyle;
  /** `/version`'s document. */
  readonly version: { readonly version: string; readonly rust_frontend_version?: string };
  /** A longer request body is refused; null for no limit. */
  readonly maxBodyBytes: number | null;
  /** Hex digits of the random part of an answer's id. */
  readonly idDigits: number;
}

const uvicorn = { server: 'uvicorn', eventStreamType: 'text/event-stream; charset=utf-8' } as const;

export const FRONT_ENDS: Readonly<Record<Dialect, FrontEnd>> = {
  'v0.8.5': {
    heads: { ...uvicorn, varyOrigin: false },
    version: { version: '0.8.5' },
    maxBodyBytes: null,
    idDigits: 32,
  },
  'v0.32': {
    heads: { ...uvicorn, varyOrigin: true },
    version: { version: '0.32.0' },
    maxBodyBytes: null,
    idDigits: 16,
  },
  rust: {
    heads: { server: 'hyper', varyOrigin: false, eventStreamType: 'text/event-stream' },
    version: { version: '0.32.0', rust_frontend_version: '0.32.0' },
    maxBodyBytes: 32 * 2 ** 20,
    idDigits: 8,
  },
};

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
  /** `--enable-auto-tool-choice --tool-call-parser` */
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
