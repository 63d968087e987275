import { HTTP_EDGES, HTTP_FINE_EDGES } from './bucket-edges.ts';
import type { Labels, Series } from './family.ts';
import type { Line } from './family-table.ts';
import { createHistogram, type Histogram, observe } from './histogram.ts';

/** One answered HTTP request. */
export interface HttpAnswer {
  readonly method: string;
  /** The route, without a query. */
  readonly handler: string;
  readonly status: number;
  /** Of model time. */
  readonly seconds: number;
  /** As `content-length` says, 0 without. */
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** What the HTTP layer counts of itself. */
export interface HttpFigures {
  answered(answer: HttpAnswer): void;
  readonly page: HttpPage;
}

/** Series by a key that tells them apart. */
export interface HttpPage {
  readonly labels: Labels;
  readonly requests: ReadonlyMap<string, { readonly labels: Labels; value: number }>;
  readonly sizes: Readonly<Record<'request' | 'response', ReadonlyMap<string, Sizes>>>;
  readonly durations: ReadonlyMap<string, { readonly labels: Labels; readonly histogram: Histogram }>;
  readonly all: Histogram;
}

interface Sizes {
  readonly labels: Labels;
  readonly summary: { count: number; sum: number };
}

/** What a scanner tries beyond this many routes is counted as one, as the real ones count every unknown route. */
const MAX_HANDLERS = 50;
const OTHER_HANDLER = 'none';

/** Routes that watch the server and are not counted. */
const UNCOUNTED = new Set(['/metrics', '/health', '/load', '/ping', '/version', '/server_info']);

export function createHttpFigures(): HttpFigures {
  const requests = new Map<string, { readonly labels: Labels; value: number }>();
  const sizes = { request: new Map<string, Sizes>(), response: new Map<string, Sizes>() };
  const durations = new Map<string, { readonly labels: Labels; readonly histogram: Histogram }>();
  const all = createHistogram(HTTP_FINE_EDGES);

  function addSize(to: Map<string, Sizes>, handler: string, bytes: number): void {
    const { summary } = entry(to, handler, () => ({ labels: { handler }, summary: { count: 0, sum: 0 } }));
    summary.count += 1;
    summary.sum += bytes;
  }

  return {
    answered({ method, handler: asked, status, seconds, requestBytes, responseBytes }) {
      if (UNCOUNTED.has(asked)) return;
      const known = sizes.request.has(asked) || sizes.request.size < MAX_HANDLERS;
      const handler = known ? asked : OTHER_HANDLER;
      const statusClass = `${Math.floor(status / 100)}xx`;
      const counted = entry(requests, `${method} ${handler} ${statusClass}`, () => ({
        labels: { method, status: statusClass, handler },
        value: 0,
      }));
      counted.value += 1;
      addSize(sizes.request, handler, requestBytes);
      addSize(sizes.response, handler, responseBytes);
      observe(all, seconds);
      const { histogram } = entry(durations, `${method} ${handler}`, () => ({
        labels: { method, handler },
        histogram: createHistogram(HTTP_EDGES),
      }));
      observe(histogram, seconds);
    },
    page: { labels: {}, requests, sizes, durations, all },
  };
}

function entry<T>(map: Map<string, T>, key: string, create: () => T): T {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = create();
  map.set(key, made);
  return made;
}

const PYTHON = ['v0.8.5', 'v0.32'] as const;
const SIZES = 'Only value of header is respected. Otherwise ignored. No percentile calculated. ';

/** The metrics of `prometheus-fastapi-instrumentator` and of the Rust front end's own layer. */
export const HTTP_FAMILIES: readonly Line<HttpPage>[] = [
  {
    name: 'http_requests',
    kind: 'counter',
    help: 'Total number of requests by method, status and handler.',
    rustHelp: 'Total number of HTTP requests by method, status, and handler..',
    values: ({ requests }) => [...requests.values()],
  },
  {
    name: 'http_request_size_bytes',
    kind: 'summary',
    in: PYTHON,
    help: `Content length of incoming requests by handler. ${SIZES}`,
    values: ({ sizes }) => [...sizes.request.values()],
  },
  {
    name: 'http_response_size_bytes',
    kind: 'summary',
    in: PYTHON,
    help: `Content length of outgoing responses by handler. ${SIZES}`,
    values: ({ sizes }) => [...sizes.response.values()],
  },
  {
    name: 'http_request_duration_highr_seconds',
    kind: 'histogram',
    help: 'Latency with many buckets but no API specific labels. Made for more accurate percentile calculations. ',
    rustHelp: 'High-resolution duration of HTTP requests in seconds..',
    values: ({ all }): readonly Series[] => [{ labels: {}, histogram: all }],
  },
  {
    name: 'http_request_duration_seconds',
    kind: 'histogram',
    help: 'Latency with only few buckets by handler. Made to be only used if aggregation by handler is important. ',
    rustHelp: 'Duration of HTTP requests in seconds grouped by method and handler..',
    values: ({ durations }) => [...durations.values()],
  },
];
