import type { EnginePage } from './engine-families.ts';
import type { EngineFigures } from './engine-figures.ts';
import type { Line } from './family-table.ts';
import type { Histogram } from './histogram.ts';

const NEW = ['v0.32', 'rust'] as const;

type HistogramName = {
  [Name in keyof EngineFigures]: EngineFigures[Name] extends Histogram ? Name : never;
}[keyof EngineFigures];

function line(
  name: string,
  of: HistogramName,
  help: string,
  more: Partial<Line<EnginePage>> = {},
): Line<EnginePage> {
  return {
    name: `vllm:${name}`,
    kind: 'histogram',
    lazyInRust: true,
    help,
    values: ({ figures, labels }) => [{ labels, histogram: figures[of] }],
    ...more,
  };
}

/** vLLM's histograms by version, one value per request, token or step. */
export const REQUEST_FAMILIES: readonly Line<EnginePage>[] = [
  line('request_prompt_tokens', 'requestPromptTokens', 'Number of prefill tokens processed.'),
  line('request_generation_tokens', 'requestGenerationTokens', 'Number of generation tokens processed.'),
  line('iteration_tokens_total', 'stepTokens', 'Histogram of number of tokens per engine_step.', {
    rustHelp: 'Histogram of computed prompt and generated tokens per nonempty engine output batch..',
  }),
  line(
    'request_max_num_generation_tokens',
    'requestMaxGenerationTokens',
    'Histogram of maximum number of requested generation tokens.',
  ),
  line('request_params_n', 'paramsN', 'Histogram of the n request parameter.'),
  line('request_params_max_tokens', 'paramsMaxTokens', 'Histogram of the max_tokens request parameter.'),
  line('time_to_first_token_seconds', 'ttft', 'Histogram of time to first token in seconds.'),
  line('time_per_output_token_seconds', 'itl', 'Histogram of time per output token in seconds.', {
    in: ['v0.8.5'],
  }),
  line('inter_token_latency_seconds', 'itl', 'Histogram of inter-token latency in seconds.', { in: NEW }),
  line(
    'request_time_per_output_token_seconds',
    'requestTpot',
    'Histogram of time_per_output_token_seconds per request.',
    { in: NEW },
  ),
  line('e2e_request_latency_seconds', 'e2e', 'Histogram of e2e request latency in seconds.'),
  line('request_queue_time_seconds', 'queue', 'Histogram of time spent in WAITING phase for request.'),
  line(
    'request_inference_time_seconds',
    'inference',
    'Histogram of time spent in RUNNING phase for request.',
  ),
  line('request_prefill_time_seconds', 'prefill', 'Histogram of time spent in PREFILL phase for request.'),
  line('request_decode_time_seconds', 'decode', 'Histogram of time spent in DECODE phase for request.'),
  line(
    'request_num_preemptions',
    'requestPreemptions',
    'Histogram of the number of times a request was preempted.',
    { in: NEW },
  ),
  line(
    'request_prefill_kv_computed_tokens',
    'requestComputedTokens',
    'Histogram of new KV tokens computed during prefill (excluding cached tokens).',
    { in: NEW },
  ),
];

/** Of speculative decoding: the Python front end has them only where it is on. */
export const DRAFT_FAMILIES: readonly Line<EnginePage>[] = [
  draftLine('drafts', 'Number of spec decoding drafts.', ({ steps }) => steps),
  draftLine('draft_tokens', 'Number of draft tokens.', ({ tokens }) => tokens),
  draftLine('accepted_tokens', 'Number of accepted tokens.', ({ accepted }) => accepted),
  {
    ...draftLine('accepted_tokens_per_pos', 'Accepted tokens per draft position.', ({ acceptedAt }) =>
      Object.fromEntries(acceptedAt.map((accepted, position) => [String(position), accepted])),
    ),
    by: 'position',
  },
];

function draftLine(
  name: string,
  help: string,
  values: (drafts: EngineFigures['drafts']) => number | Readonly<Record<string, number>>,
): Line<EnginePage> {
  return {
    name: `vllm:spec_decode_num_${name}`,
    kind: 'counter',
    help,
    values: ({ figures }) => values(figures.drafts),
  };
}
