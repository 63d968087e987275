/** What stands in and below the table of tests, in English. */
export const englishMatrix = {
  header: {
    test: 'test',
    threads: 'threads',
    connections: 'conns',
    arrivals: 'arrivals',
    valid: 'valid',
  },
  title: (label: string, target: string) => `${label}: ${target}`,
  yes: 'yes',
  no: 'NO',
  mediansOfAll:
    'Where none of several runs is valid, figures are the median over all of them; requests and errors are their sums.',
  medians: 'Figures of several runs are the median over the valid runs; requests and errors are their sums.',
  fewRequests: (p50: number, p90: number, p95: number, p99: number) =>
    `A percentile with too few requests behind it is a dash: a p50 wants ${p50}, a p90 ${p90}, a p95 ${p95}, a p99 ${p99}.`,
  goodput: (limits: string) => `Goodput is the share of requests with ${limits}; errors count as bad.`,
  limit: (name: string, time: string) => `${name} up to ${time}`,
  errorKinds: (kinds: string) => `Errors: ${kinds}.`,
  errorKind: (name: string, count: string) => `${name} (${count})`,
  aborts:
    'Aborts were cut where their recorded clients had gone away: they are neither errors nor in the latencies.',
  retried: (n: string) => `${n} requests were sent once more, since a kept connection turned out closed.`,
  countedChunks: 'Some streams reported no usage: their tokens are counted chunks, a lower bound.',
  otherTraffic: (id: number, cell: string, n: string) =>
    `Run ${id} (${cell}) began while the server was busy with requests of others (${n}).`,
  invalidRun: (id: number, cell: string, reasons: string) => `Run ${id} (${cell}) is not valid: ${reasons}.`,
};
