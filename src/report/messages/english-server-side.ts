import { cellName } from '../../model/run.ts';
import type { FindingText } from '../findings/finding.ts';
import type { CellQueueing, RunHits, ServerEvidence } from '../findings/server-evidence.ts';
import { QUANTITIES } from '../quantities.ts';

const q = QUANTITIES.en;

const queues = (cells: readonly CellQueueing[]): string =>
  cells
    .map(({ cell, queueMs, share }) => `${cellName(cell)}: ${q.duration(queueMs)} (${q.percent(share)})`)
    .join('; ');

const queueRule = (limit: number): string =>
  `Mean of vllm:request_queue_time_seconds ÷ mean of vllm:e2e_request_latency_seconds between a run’s edges, median over valid runs; requests queue from ${q.percent(limit)} on.`;

const ttft = ({ ttftMs }: RunHits): string => (ttftMs === null ? '' : `, TTFT p50 ${q.duration(ttftMs)}`);

/** What is found in the server's own figures, in English. */
export const englishServerSide: {
  readonly [K in keyof ServerEvidence]: (facts: ServerEvidence[K]) => FindingText;
} = {
  queueing: ({ from, cells, limit }) => ({
    sentence: `Requests queue in the server from ${cellName(from.cell)} on: there they waited ${q.duration(from.queueMs)} on average before they ran, ${q.percent(from.share)} of their time in it.`,
    evidence: `Mean wait by the server’s own count: ${queues(cells)}.`,
    condition: queueRule(limit),
  }),
  noQueueing: ({ most, cells, limit }) => ({
    sentence: `Requests did not queue in the server: they waited at most ${q.duration(most.queueMs)} on average before they ran, ${q.percent(most.share)} of their time in it.`,
    evidence: `The longest wait of ${cells === 1 ? '1 cell' : `${cells} cells`}, in ${cellName(most.cell)}.`,
    condition: queueRule(limit),
  }),
  preemptions: ({ cells }) => ({
    sentence:
      'The server ran out of KV cache: it preempted requests and computed them again, which shows as gaps in their streams.',
    evidence: `Preemptions: ${cells.map(({ cell, preemptions }) => `${cellName(cell)} ${q.whole(preemptions)}`).join(', ')}.`,
    condition: 'vllm:num_preemptions_total rose during a valid run.',
  }),
  prefixCache: ({ hitRate, range, hits, queries, unit }) => ({
    sentence:
      `The server’s prefix cache served ${q.portion(hitRate)} of the prompt ${unit}; ` +
      'the figures hold for traffic that repeats itself as much.',
    evidence: `${q.whole(hits)} of ${q.whole(queries)} ${unit}${range === null ? '' : `; from ${q.portion(range.low.hitRate)} in ${cellName(range.low.cell)} to ${q.portion(range.high.hitRate)} in ${cellName(range.high.cell)}`}.`,
    condition:
      'vllm:prefix_cache_hits_total ÷ vllm:prefix_cache_queries_total between the edges of valid runs.',
  }),
  prefixWarmed: ({ cell, first, last, margin }) => ({
    sentence: `Runs of ${cellName(cell)} are not alike: the last found ${q.portion(last.hitRate)} in the prefix cache, the first ${q.portion(first.hitRate)}. Give --cache salt or --cache reset.`,
    evidence: `Run ${first.run}: ${q.portion(first.hitRate)}${ttft(first)}; run ${last.run}: ${q.portion(last.hitRate)}${ttft(last)}.`,
    condition: `First and last valid run of a cell with --cache warm; told when hits grew by more than ${q.percent(margin)} of the prompts.`,
  }),
  causeUnknown: ({ asked }) => ({
    sentence:
      'What the server was short of (compute, memory bandwidth, KV cache, its front end) cannot be told from these data.',
    evidence: asked
      ? 'The server gave no metrics that would show it.'
      : 'The server’s own metrics were not stored with the runs.',
    condition: 'Told when no valid run has queue times from the server’s /metrics.',
  }),
};
