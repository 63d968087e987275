import type { LoadSpec } from '../../src/replay/engine/load-spec.ts';

/** A closed loop of one recorded request that is sent over and over; the caller adds the target and what matters to it. */
export const LOAD_SPEC: Omit<LoadSpec, 'target'> = {
  cell: { threads: 2, connections: 6 },
  load: { kind: 'closed', semantics: 'drain' },
  plan: {
    conversations: [[{ request: 0, arrivedUs: 0, finishedUs: 0 }]],
    order: 'recorded',
    loop: true,
    requests: 60,
    think: { kind: 'none' },
    arrivals: null,
    seed: 1,
  },
  requests: [
    {
      exchangeId: 9,
      path: '/v1/completions',
      headers: [],
      body: Buffer.from('{}'),
      saltAt: null,
      abort: null,
    },
  ],
  headers: [],
  trust: { ca: null, insecure: false },
  maxErrors: null,
  durationUs: null,
  timeoutUs: 5e6,
  salt: null,
  warmup: null,
};
