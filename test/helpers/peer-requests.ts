import { readFileSync } from 'node:fs';
import type { MeasuredResult } from '../../src/measure/run-summary.ts';
import { type Read, timedAnswer } from './timed-answer.ts';

interface PeerRequest {
  readonly sentMs: number;
  /** Milliseconds after sending, what came, tokens. */
  readonly events: readonly (readonly [number, 'role' | 'reasoning' | 'content' | 'finish', number])[];
  readonly doneMs: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../fixtures/peers/${name}.json`, import.meta.url), 'utf8'));
}

/**
 * 24 made-up requests with bundled tokens, empty gaps and reasoning. The files beside them are what the classes of
 * aiperf 0.13.0 and guidellm 0.8.1 themselves made of these times.
 */
export function peerRequests(): readonly MeasuredResult[] {
  return fixture<readonly PeerRequest[]>('requests').map(({ sentMs, events, doneMs, ...lengths }) => {
    const reads: readonly Read[] = [
      ...events.map(([ms, kind, tokens]) => [sentMs + ms, [kind], 1, tokens] as const),
      [sentMs + doneMs, ['done'], 0, 0],
    ];
    return timedAnswer(reads, { sentUs: sentMs * 1e3, scheduledUs: sentMs * 1e3, ...lengths });
  });
}

/** What the tool itself said. */
export function peerFigures<T>(name: 'aiperf-0.13.0' | 'guidellm-0.8.1'): T {
  return fixture(name);
}
