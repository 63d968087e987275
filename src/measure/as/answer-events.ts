import { CHUNK, type ChunkTimes, TOKEN_BITS } from '../../model/chunk-times.ts';
import type { PlainResult } from '../../model/result.ts';

/**
 * Instants of an answer's events that had a choice, be it an empty one: what other tools call chunks. Events of one read
 * share its instant.
 */
export function choiceEvents(chunks: ChunkTimes): readonly number[] {
  return repeated(chunks, (i) => chunks.events[i] ?? 0);
}

/** Instants of those with text, reasoning or a tool call in them; one event may hold several tokens. */
export function textEvents(chunks: ChunkTimes): readonly number[] {
  return repeated(chunks, (i) => {
    const tokens = tokensOf(chunks, i);
    if (tokens === 0) return 0;
    const role = Number(((chunks.kinds[i] ?? 0) & CHUNK.role) !== 0);
    return Math.min(tokens, Math.max(1, (chunks.events[i] ?? 0) - role));
  });
}

/** The first read with text or a tool call, reasoning left aside; null when there was none. */
export function firstVisibleUs({ atUs, kinds }: ChunkTimes): number | null {
  return atUs[kinds.findIndex((bits) => (bits & (CHUNK.content | CHUNK.tool)) !== 0)] ?? null;
}

/** True when HTTP saw a whole answer of a good status: other tools do not ask whether its stream was whole. */
export function isAnswer({ status, outcome }: PlainResult): boolean {
  const whole = outcome === 'ok' || outcome === 'stream_error' || outcome === 'incomplete';
  return whole && status !== null && status < 400;
}

/** Whether the server counted an answer's tokens, or the tool itself whose results were imported. */
export function isCounted({ tokenSource }: PlainResult): boolean {
  return tokenSource === 'usage' || tokenSource === 'imported';
}

/** Requests that another tool's figures cannot have in them, and what else its reader must know. */
export interface Caveats {
  /** Cut by us: the tools know no aborts. */
  readonly aborted: number;
  /** Answers in one piece, where the tool asks for streams only. */
  readonly plain: number;
  /** Answers without usage: the tool would have asked a tokenizer, here their events are counted. */
  readonly countedTokens: number;
}

/** A run's figures by another tool's definitions, under the names of that tool's own result file. */
export interface ToolFigures {
  readonly metrics: Readonly<Record<string, number | object>>;
  readonly caveats: Caveats;
}

/** The fullest seconds as `vllm bench serve` and sglang count them, from the first request that succeeded. */
export function createSeconds() {
  const answers: { readonly sentUs: number; readonly events: readonly number[]; readonly endUs: number }[] =
    [];
  return {
    add(sentUs: number, events: readonly number[], endUs = events.at(-1) ?? sentUs): void {
      answers.push({ sentUs, events, endUs });
    },
    peaks() {
      const startUs = answers.reduce(
        (least, { sentUs }) => Math.min(least, sentUs),
        Number.POSITIVE_INFINITY,
      );
      const second = (us: number): number => Math.floor((us - startUs) / 1e6);
      const tokens = new Map<number, number>();
      const running = new Map<number, number>();
      const count = (in_: Map<number, number>, at: number): void => {
        in_.set(at, (in_.get(at) ?? 0) + 1);
      };
      for (const { sentUs, events, endUs } of answers) {
        for (const us of events) count(tokens, second(us));
        for (let at = second(sentUs); at <= second(endUs); at++) count(running, at);
      }
      return {
        // Chunks in the fullest second: the tool counts a chunk as a token here.
        max_output_tokens_per_s: Math.max(0, ...tokens.values()),
        // Requests that touched the fullest second: more than ever ran at once.
        max_concurrent_requests: Math.max(0, ...running.values()),
      };
    },
  };
}

function tokensOf({ kinds, tokens }: ChunkTimes, i: number): number {
  return ((kinds[i] ?? 0) & TOKEN_BITS) === 0 ? 0 : Math.max(1, tokens[i] ?? 1);
}

function repeated({ atUs }: ChunkTimes, times: (i: number) => number): readonly number[] {
  const out: number[] = [];
  for (let i = 0; i < atUs.length; i++) {
    for (let n = times(i); n > 0; n--) out.push(atUs[i] ?? 0);
  }
  return out;
}
