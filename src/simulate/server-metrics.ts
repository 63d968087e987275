import type { Dialect } from './dialect-name.ts';
import type { EngineEvent } from './engine.ts';
import type { EngineRequest } from './engine-request.ts';

/** A histogram of Prometheus: cumulative counts at upper edges. */
interface Histogram {
  readonly name: string;
  readonly help: string;
  readonly edges: readonly number[];
  readonly counts: number[];
  sum: number;
  count: number;
}

/** A request on its way. */
interface Flight {
  readonly request: EngineRequest;
  readonly arrivedUs: number;
  /** Of the token before, by choice. */
  readonly lastTokenUs: number[];
}

/** What the server counts of itself: the names and edges of vLLM 0.8.5's V1 engine. */
export interface ServerMetrics {
  submitted(request: EngineRequest, atUs: number): void;
  observe(event: EngineEvent): void;
  /** A client's abort is counted nowhere, as in vLLM. */
  aborted(id: number): void;
  /** Prometheus text format 0.0.4 with the names of a dialect. */
  page(dialect: Dialect, gauges: { readonly running: number; readonly waiting: number }): string;
}

const TTFT_EDGES = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];
const ITL_EDGES = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
];
const E2E_EDGES = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];

export function createServerMetrics(model: string): ServerMetrics {
  const labels = `engine="0",model_name="${model.replace(/[\\"\n]/g, '_')}"`;
  const ttft = histogram('vllm:time_to_first_token_seconds', 'Time to first token in seconds.', TTFT_EDGES);
  const itl = histogram('vllm:time_per_output_token_seconds', 'Time per output token in seconds.', ITL_EDGES);
  const e2e = histogram('vllm:e2e_request_latency_seconds', 'E2E request latency in seconds.', E2E_EDGES);
  const finished = { stop: 0, length: 0, abort: 0 };
  const flights = new Map<number, Flight>();
  let promptTokens = 0;
  let generationTokens = 0;

  const sample = (name: string, value: number, extra = ''): string => `${name}{${labels}${extra}} ${value}`;
  const single = (kind: string, name: string, help: string, value: number): string[] => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${kind}`,
    sample(name, value),
  ];

  function histogramLines({ name, help, edges, counts, sum, count }: Histogram): string[] {
    const buckets = edges.map((edge, i) => sample(`${name}_bucket`, counts[i] ?? 0, `,le="${edge}"`));
    return [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} histogram`,
      ...buckets,
      sample(`${name}_bucket`, count, ',le="+Inf"'),
      sample(`${name}_sum`, sum),
      sample(`${name}_count`, count),
    ];
  }

  return {
    submitted(request, atUs) {
      flights.set(request.id, { request, arrivedUs: atUs, lastTokenUs: [] });
    },
    observe(event) {
      if (event.kind === 'tokens') {
        for (const { id, choice, count } of event.deliveries) {
          const flight = flights.get(id);
          if (flight === undefined) continue;
          const before = flight.lastTokenUs[choice];
          generationTokens += count;
          observe(before === undefined ? ttft : itl, (event.atUs - (before ?? flight.arrivedUs)) / 1e6);
          flight.lastTokenUs[choice] = event.atUs;
        }
      } else if (event.kind === 'answered') {
        const flight = flights.get(event.id);
        if (flight === undefined) return;
        flights.delete(event.id);
        for (const { finishReason } of flight.request.choices) {
          promptTokens += flight.request.promptTokens;
          finished[finishReason] += 1;
          observe(e2e, (event.atUs - flight.arrivedUs) / 1e6);
        }
      }
    },
    aborted(id) {
      flights.delete(id);
    },
    page(_dialect, { running, waiting }) {
      const success = 'vllm:request_success_total';
      return `${[
        ...single('gauge', 'vllm:num_requests_running', 'Requests in model execution batches.', running),
        ...single('gauge', 'vllm:num_requests_waiting', 'Requests waiting to be processed.', waiting),
        ...single('gauge', 'vllm:gpu_cache_usage_perc', 'GPU KV-cache usage; not modelled.', 0),
        ...single('counter', 'vllm:gpu_prefix_cache_queries_total', 'Not modelled.', 0),
        ...single('counter', 'vllm:gpu_prefix_cache_hits_total', 'Not modelled.', 0),
        ...single('counter', 'vllm:num_preemptions_total', 'Not modelled.', 0),
        ...single('counter', 'vllm:prompt_tokens_total', 'Number of prefill tokens processed.', promptTokens),
        ...single(
          'counter',
          'vllm:generation_tokens_total',
          'Number of generation tokens.',
          generationTokens,
        ),
        `# HELP ${success} Count of successfully processed requests.`,
        `# TYPE ${success} counter`,
        ...Object.entries(finished).map(([reason, n]) => sample(success, n, `,finished_reason="${reason}"`)),
        ...[ttft, itl, e2e].flatMap(histogramLines),
      ].join('\n')}\n`;
    },
  };
}

function histogram(name: string, help: string, edges: readonly number[]): Histogram {
  return { name, help, edges, counts: edges.map(() => 0), sum: 0, count: 0 };
}

function observe(histogram: Histogram, value: number): void {
  histogram.sum += value;
  histogram.count += 1;
  for (let i = histogram.edges.length - 1; i >= 0 && value <= (histogram.edges[i] ?? 0); i--) {
    histogram.counts[i] = (histogram.counts[i] ?? 0) + 1;
  }
}
