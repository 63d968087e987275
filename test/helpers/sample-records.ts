import type { CaptureStart } from '../../src/model/capture.ts';
import type { AnswerFigures, RawAnswer, RequestFigures } from '../../src/model/completion.ts';
import type { ExchangeEnd, ExchangeStart } from '../../src/model/exchange.ts';
import { brokenOutcome } from '../../src/model/outcome.ts';
import type { RawResult } from '../../src/model/result.ts';
import type { RunEnd, RunStart } from '../../src/model/run.ts';

/** Records as the proxy and the sender make them, for tests of whatever takes them; each call gives fresh memory. */

export const CAPTURE: CaptureStart = {
  startedAtMs: Date.UTC(2026, 10, 24, 12),
  startedUs: 0,
  upstream: 'http://127.0.0.1:8000',
  toolVersion: '0.1.0',
  settings: { listen: '127.0.0.1:8080' },
  redaction: { headers: ['authorization'] },
};

export const RUN: RunStart = {
  label: 'before',
  target: 'http://127.0.0.1:8000',
  cell: { threads: 2, connections: 4 },
  startedAtMs: Date.UTC(2026, 10, 24, 13),
  startedUs: 5_000_000,
  settings: {
    plan: {
      fingerprint: '00112233445566aa',
      requests: '00112233445566bb',
      conversations: '00112233445566cc',
    },
    durationUs: 1_000_000,
    requests: null,
    timeoutUs: 30_000_000,
    repeat: 1,
    exchanges: 1,
    conversations: 1,
    skipped: [],
    load: { kind: 'closed', semantics: 'drain' },
    order: 'recorded',
    loop: true,
    think: { kind: 'none' },
    aborts: 'replay',
    cache: 'warm',
    cacheRefusal: null,
    lengths: 'pinned',
    changes: [],
    select: [],
    limit: null,
    model: [],
    set: [],
    stream: 'keep',
    usage: 'final',
    warmup: null,
    workers: 1,
    seed: 1,
    commandLine: ['replay', 'tape.sqlite'],
    client: 'a machine',
  },
  toolVersion: '0.1.0',
};

export const RUN_END = {
  windowUs: 1_000_000,
  endedUs: 1_200_000,
  stoppedEarly: false,
  health: {
    connectionsOpen: 4,
    scheduleLagP50Ms: null,
    scheduleLagP99Ms: null,
    scheduleLagMaxMs: null,
    lateByCap: 0,
    retried: 0,
    rampMs: 1,
    drainMs: 200,
    loopDelayP99Ms: 1,
    loopDelayMaxMs: 2,
    loopUtilization: 0.1,
    cpuSeconds: 0.2,
    occupancy: 0.99,
  },
  invalidReasons: [],
} as const satisfies RunEnd;

export const REQUEST: RequestFigures = {
  model: 'm',
  stream: true,
  maxTokens: 3,
  messages: 1,
  sessionKey: null,
};

export function exchangeStart(number: number, arrivedUs = number * 1_000): ExchangeStart {
  return {
    number,
    arrivedUs,
    method: 'POST',
    path: '/v1/chat/completions',
    headers: ['Content-Type', 'application/json'],
  };
}

/** An answer of three reads, 10 ms apart, that began 10 ms after `fromUs`. */
export function streamedAnswer(fromUs: number): RawAnswer {
  const body = new Uint8Array(Buffer.from('data: a\n\ndata: b\n\ndata: c\n\n'));
  const readUs = Float64Array.of(fromUs + 10_000, fromUs + 20_000, fromUs + 30_000);
  return {
    status: 200,
    headers: ['content-type', 'text/event-stream'],
    headersUs: fromUs + 5_000,
    firstByteUs: fromUs + 10_000,
    finishedUs: fromUs + 31_000,
    transport: 'complete',
    error: null,
    body,
    truncated: false,
    bodyBytes: body.length,
    readUs,
    readBytes: Uint32Array.of(9, 9, 9),
  };
}

export function exchangeEnd(
  number: number,
  fromUs = number * 1_000,
  requestBody = `{"model":"m","n":${number}}`,
): ExchangeEnd {
  return {
    number,
    requestEndUs: fromUs + 500,
    requestBody: new Uint8Array(Buffer.from(requestBody)),
    requestTruncated: false,
    requestBytes: requestBody.length,
    sentTwice: false,
    answer: streamedAnswer(fromUs),
  };
}

/** What a reading makes of `streamedAnswer`: three tokens, one a read. */
export function answerFigures(raw: RawAnswer, overrides: Partial<AnswerFigures> = {}): AnswerFigures {
  const atUs = [...raw.readUs];
  return {
    outcome: raw.transport === 'complete' ? 'ok' : brokenOutcome(raw.transport),
    errorCode: raw.error?.code ?? null,
    error: raw.error?.detail ?? null,
    firstTokenUs: atUs[0] ?? null,
    firstVisibleUs: atUs[0] ?? null,
    lastTokenUs: atUs.at(-1) ?? null,
    promptTokens: 13,
    completionTokens: 3,
    cachedTokens: null,
    tokenSource: 'usage',
    finishReason: 'length',
    answerHash: null,
    streamed: true,
    oddEvents: 0,
    chunks: {
      atUs,
      bytes: [...raw.readBytes],
      kinds: atUs.map(() => 4),
      tokens: atUs.map(() => 1),
      events: atUs.map(() => 1),
    },
    ...overrides,
  };
}

export function rawResult(seq: number, sentUs = seq * 40_000): RawResult {
  return {
    seq,
    exchangeId: 1,
    thread: seq % 2,
    connection: seq % 4,
    scheduledUs: sentUs - 100,
    sentUs,
    path: '/v1/chat/completions',
    wireBytes: 400,
    plannedAbort: false,
    askedTokens: null,
    answer: streamedAnswer(sentUs),
  };
}
