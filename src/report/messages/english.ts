import { QUANTITIES } from '../quantities.ts';
import { englishComparison } from './english-comparison.ts';
import { englishEnvironment } from './english-environment.ts';
import { englishFindings } from './english-findings.ts';
import { englishMatrix } from './english-matrix.ts';
import { englishPlots } from './english-plots.ts';
import { englishTraffic } from './english-traffic.ts';

/** Everything that a report for people says, in English; other languages have the same keys. */
export const english = {
  language: 'en',
  quantities: QUANTITIES.en,
  findings: englishFindings,
  plots: englishPlots,
  traffic: englishTraffic,
  matrix: englishMatrix,
  comparison: englishComparison,
  latencies: {
    title: (runs: string) => `Latencies of ${runs}`,
    cell: 'cell',
    latency: 'latency',
    mean: 'mean',
    max: 'max',
    values: 'values',
  },
  /** Between the members of a list, parts of a clause, and clauses. */
  comma: ', ',
  clause: ', ',
  semicolon: '; ',
  colon: ': ',
  page: {
    title: (model: string | null, target: string) =>
      model === null ? `Load test of ${target}` : `Load test of ${model} on ${target}`,
    labelTitle: (label: string, target: string) => `Runs labelled ${label}, against ${target}`,
    summary: (runs: number, valid: number, requests: string, from: string) =>
      runs === 1
        ? `1 run, ${valid === 1 ? 'valid' : 'not valid'}, ${requests} ${requests === '1' ? 'request' : 'requests'}; it began ${from}.`
        : `${runs} runs, ${valid} of them valid, ${requests} requests; the first began ${from}.`,
    noRuns: 'There is no run to report.',
    noRequests: 'No request was answered: there is nothing to draw.',
    inShort: 'In short',
    environment: 'Environment',
    tests: 'Tests',
    plots: 'Plots',
    findings: 'Findings',
    limits: 'What these data cannot say',
    recommendations: 'Recommendations',
    rawWrk: "wrk's block of each run",
    rawWrkNote:
      'As wrk 4.2.0 would have printed it of the same results: what was in flight at the end is not there, latencies are corrected for coordinated omission.',
    runTitle: (id: number, cell: string, repeat: number) => `Run ${id}: ${cell}, repeat ${repeat}`,
    definitions: 'Definitions',
    evidence: 'Evidence',
    condition: 'Rule',
    details: 'Evidence and rule',
    definitionOf: 'Definition and sample',
    tableOf: 'Table',
    contents: 'Contents',
    skip: 'Skip to the content',
    generatedBy: (version: string) => `Written by reprise ${version}.`,
    offline: 'This page loads nothing from anywhere.',
  },
  environment: englishEnvironment,
  definitions: [
    ['E2EL', 'end-to-end latency: from sending the request to the end of its answer'],
    [
      'TTFT',
      'time to first token: from sending to the first read with generated text; streamed answers only',
    ],
    ['TPOT', 'time per output token: (last token − first token) ÷ (tokens − 1); streamed answers only'],
    [
      'ITL',
      'inter-token latency: the gaps between reads that carried tokens, all requests together; per token, a read’s gap is shared by its tokens',
    ],
    [
      'response',
      'response time: from the planned instant to the end of the answer, or to its first token, waiting included',
    ],
    ['lag', 'from the planned instant to sending, in an open loop'],
    ['goodput', 'share of requests that met every limit of --slo'],
    ['requests/s', 'answers that were complete within the window ÷ window'],
    ['output tokens/s', 'their tokens ÷ window'],
    [
      'window',
      'from the start to the end of sending; what is in flight then is drained and counts in latencies, not in rates',
    ],
    ['percentile', 'by nearest rank: a value that was measured; printed only where the sample carries it'],
    ['valid', 'nothing shows that the load generator, rather than the server, made the figures'],
    [
      'cell',
      'threads × connections, where threads only group connections, as in wrk; or the arrivals of an open loop',
    ],
  ] as readonly (readonly [string, string])[],
};
