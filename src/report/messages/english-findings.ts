import { cellName } from '../../model/run.ts';
import type { FindingFacts, FindingText, Level, RatioInterval } from '../findings/finding.ts';
import { powerOf } from '../findings/scaling.ts';
import { QUANTITIES } from '../quantities.ts';
import { englishObjectives } from './english-objectives.ts';
import { englishServerSide } from './english-server-side.ts';
import { reasonsText } from './invalid-reasons.ts';

const q = QUANTITIES.en;

const runs = (n: number): string => (n === 1 ? '1 run' : `${n} runs`);

const levelFigures = ({ connections, requestsPerSec, meanMs, runs: n, requests }: Level): string =>
  `${connections} connections: ${q.rate(requestsPerSec)} requests/s, mean latency ${q.duration(meanMs)} (${runs(n)}, ${q.whole(requests)} requests)`;

const powers = (levels: readonly Level[]): string =>
  levels.map((level) => `${q.times(powerOf(level))} at ${level.connections}`).join(', ');

const range = ({ low, high }: RatioInterval): string => `95 % interval ${q.change(low)} to ${q.change(high)}`;

const POWER =
  'The knee is the tested number of connections with the highest rate ÷ mean latency (Kleinrock 1979); it takes three numbers of connections.';

const USL =
  'Least squares of Gunther’s universal scalability law X(N) = λN ÷ (1 + σ(N − 1) + κN(N − 1)) by its relative errors; it takes four numbers of connections, of which one has come to 90 % of the law’s highest rate.';

/** What each finding says in English. */
export const englishFindings: {
  readonly [K in keyof FindingFacts]: (facts: FindingFacts[K]) => FindingText;
} = {
  ...englishObjectives,
  ...englishServerSide,
  noValidRun: ({ reasons }) => ({
    sentence: 'No run is valid, so nothing is concluded from their figures.',
    evidence: reasonsText(reasons, 'en'),
    condition:
      'A run is valid when nothing speaks against its figures; the conditions are in docs/metrics.md.',
  }),
  noErrors: ({ requests }) => ({
    sentence: 'No request failed.',
    evidence:
      requests === 1
        ? '1 request, which ended ok or was cut by the client.'
        : `${q.whole(requests)} requests, all of which ended ok or were cut by the client.`,
    condition: 'Errors are all outcomes but ok and client_aborted.',
  }),
  errors: ({ errors, requests, outcomes }) => ({
    sentence: `${q.whole(errors)} of ${q.whole(requests)} requests failed (${q.percent(errors / requests)}).`,
    evidence: outcomes.map(([outcome, n]) => `${outcome} ${q.whole(n)}`).join(', '),
    condition: 'Errors are all outcomes but ok and client_aborted, over all runs.',
  }),
  bestCell: ({ cell, requestsPerSec, tokensPerSec, meanMs, runs: n, requests, cells }) => ({
    sentence:
      `The highest rate was ${q.rate(requestsPerSec)} requests/s` +
      `${tokensPerSec === null ? '' : ` (${q.rate(tokensPerSec)} output tokens/s)`}, with ${cell.connections} connections ` +
      `and a mean latency of ${q.duration(meanMs)}.`,
    evidence: `Cell ${cellName(cell)}: ${runs(n)}, ${q.whole(requests)} requests; the best of ${cells} cells.`,
    condition: 'Median over valid runs of the answers complete within the window ÷ window.',
  }),
  scaling: ({ from, to }) => {
    const rate = to.requestsPerSec / from.requestsPerSec;
    const load = to.connections / from.connections;
    return {
      sentence:
        `${q.times(load)} times the connections (${from.connections} to ${to.connections}) gave ${q.times(rate)} times the ` +
        `rate, ${q.percent(rate / load)} of proportional, at ${q.times(to.meanMs / from.meanMs)} times the mean latency.`,
      evidence: `${levelFigures(from)}; ${levelFigures(to)}.`,
      condition: 'Neighbouring numbers of connections; cells that differ only in threads count as one.',
    };
  },
  knee: ({ knee, next, levels }) => ({
    sentence:
      `Latency starts to climb beyond ${knee.connections} connections: from there to ${next.connections} the rate changed by ` +
      `${q.change(next.requestsPerSec / knee.requestsPerSec)}, the mean latency by ${q.change(next.meanMs / knee.meanMs)}.`,
    evidence: `Rate ÷ mean latency: ${powers(levels)}.`,
    condition: POWER,
  }),
  kneeOutside: ({ side, levels }) => ({
    sentence:
      side === 'above'
        ? `Latency has not started to climb faster than the rate up to ${levels.at(-1)?.connections} connections, the most that were tested.`
        : `Latency climbs faster than the rate from ${levels[0]?.connections} connections on, the fewest that were tested.`,
    evidence: `Rate ÷ mean latency: ${powers(levels)}.`,
    condition: POWER,
  }),
  kneeTooFew: ({ levels, wanted }) => ({
    sentence: 'Where latency starts to climb cannot be told.',
    evidence: `${levels === 1 ? '1 number' : `${levels} numbers`} of connections tested, ${wanted} wanted.`,
    condition: POWER,
  }),
  threads: ({ connections, from, to, fromRuns, toRuns, ratio, interval, matters, margin }) => ({
    sentence: {
      yes: `Threads matter: at ${connections} connections, ${to} instead of ${from} threads changed the mean latency by ${q.change(ratio)}.`,
      no: `Threads do not matter: at ${connections} connections, ${to} instead of ${from} threads changed the mean latency by ${q.change(ratio)}, surely less than ${q.percent(margin)}.`,
      unclear: `Whether threads matter cannot be told: at ${connections} connections, ${to} instead of ${from} threads changed the mean latency by ${q.change(ratio)}${interval === null ? ', and single runs give no interval' : ''}.`,
    }[matters],
    evidence:
      `${runs(fromRuns)} with ${from} threads, ${runs(toRuns)} with ${to}` +
      `${interval === null ? '; an interval wants three each' : `; ${range(interval)}`}.`,
    condition: `Cells with the same connections; Welch’s interval over the runs’ mean latencies. They matter when it excludes none and the change exceeds ${q.percent(margin)}, and do not when it lies within ± ${q.percent(margin)}.`,
  }),
  capacity: ({ levels, peak, atConnections, contention, coherency }) => ({
    sentence:
      `One server of this kind carries at most ${q.rate(peak.ratio)} requests/s of this traffic` +
      `${atConnections === null ? '' : `, near ${q.whole(atConnections)} connections`} ` +
      `(95 % interval ${q.rate(peak.low)} to ${q.rate(peak.high)}).`,
    evidence: `${levels} numbers of connections; σ = ${contention.toPrecision(3)}, κ = ${coherency.toPrecision(3)}; interval by the jackknife over them.`,
    condition: USL,
  }),
  capacityTooFew: ({ levels, wanted }) => ({
    sentence: 'There are too few cells to estimate capacity.',
    evidence: `${levels === 1 ? '1 number' : `${levels} numbers`} of connections tested, ${wanted} wanted.`,
    condition: USL,
  }),
  capacityBeyond: ({ highest, levels }) => ({
    sentence: `The tested cells do not come near the server’s capacity: with ${highest.connections} connections the rate was still growing.`,
    evidence: `${levels} numbers of connections; ${levelFigures(highest)}.`,
    condition: USL,
  }),
  generator: ({ runs: n, loopUtilization, loopDelayP99Ms, occupancy, lagP99Ms }) => ({
    sentence: 'The load generator was not the limit.',
    evidence: `Over ${runs(n)} at worst: event loop busy ${q.percent(loopUtilization)} of the time, its delay p99 ${q.duration(loopDelayP99Ms)}${occupancy === null ? '' : `, connections held a request ${q.percent(occupancy)} of the time`}${lagP99Ms === null ? '' : `, requests left ${q.duration(lagP99Ms)} behind their plan (p99)`}.`,
    condition: 'Told of valid runs; the limits that make a run invalid are in docs/metrics.md.',
  }),
  repeats: ({ cell, cv, runs: n, cells }) => ({
    sentence: `Repeated runs of a cell differ by a coefficient of variation of at most ${q.percent(cv)} in their mean latency.`,
    evidence: `${cells === 1 ? '1 cell' : `${cells} cells`} with several valid runs; the largest in ${cellName(cell)}, ${runs(n)}.`,
    condition: 'Sample standard deviation ÷ mean of the runs’ mean latencies.',
  }),
  noRepeats: ({ cells }) => ({
    sentence: 'How much of a difference is chance cannot be told: no cell has two valid runs.',
    evidence: `${cells === 1 ? '1 cell' : `${cells} cells`} with one valid run each.`,
    condition: 'Differences are judged over repeated runs, since requests of one run share their batches.',
  }),
  spread: ({ narrow, wide, requests }) => ({
    sentence: `Within a run, latencies vary by a coefficient of variation of ${q.percent(narrow.cv)} (${cellName(narrow.cell)}) to ${q.percent(wide.cv)} (${cellName(wide.cell)}).`,
    evidence: `${q.whole(requests)} requests that ended ok.`,
    condition: 'Sample standard deviation ÷ mean of E2EL, averaged over the valid runs of a cell.',
  }),
  steady: ({ runs: n, largest, margin }) => ({
    sentence: 'Latency was steady within the runs.',
    evidence: `From the second to the last tenth of the window it moved by at most ${q.percent(largest)} in ${runs(n)}.`,
    condition: `A line through the logarithms of the mean latencies by tenth of the window; steady below ${q.percent(margin)}.`,
  }),
  drift: ({ run, cell, change, margin }) => ({
    sentence: `Latency drifted within run ${run} (${cellName(cell)}): ${q.change(change.ratio)} from its beginning to its end.`,
    evidence: `${range(change)}.`,
    condition: `A line through the logarithms of the mean latencies by tenth of the window; told above ${q.percent(margin)} when the interval excludes none.`,
  }),
  percentiles: ({ wanted, cells }) => ({
    sentence: 'Some cells have too few requests for a p99, so none is printed for them.',
    evidence: cells
      .map(({ cell, requests }) => `${cellName(cell)}: ${q.whole(requests)} of ${wanted}`)
      .join(', '),
    condition: 'A p99 wants 662 requests, a p90 64, a p50 11 (99 % confidence, one value above).',
  }),
  notStreamed: ({ requests }) => ({
    sentence: 'Nothing was streamed, so the time to the first token and the time per token cannot be seen.',
    evidence: `${q.whole(requests)} plain answers: their latency is that of the whole answer.`,
    condition: 'TTFT, TPOT and ITL need streamed answers.',
  }),
  oneRequest: ({ promptTokens, outputTokens }) => ({
    sentence:
      'One request was sent over and over: the figures hold for this prompt and this length of answer only.',
    evidence: `${promptTokens === null ? 'Unknown' : promptTokens.toFixed(1)} prompt tokens and ${outputTokens === null ? 'unknown' : outputTokens.toFixed(1)} output tokens per request on average.`,
    condition: 'The runs replayed a single exchange of the tape.',
  }),
  reqSecLine: ({ cell, run, mean, claimed, requestsPerSec }) => ({
    sentence: `wrk’s Req/Sec line is no rate: in ${cellName(cell)} it says ${mean.toFixed(2)} a thread, which would be ${q.rate(claimed)} requests/s, and ${q.rate(requestsPerSec)} were served.`,
    evidence: `Run ${run}: wrk samples each thread every 100 ms, cuts the result to a whole number and leaves out samples without an answer.`,
    condition: 'Told of the run where Req/Sec × threads is farthest from the rate, above 20 %.',
  }),
  cutByWindow: ({ cell, run, drained, requestsPerSec, served }) => ({
    sentence: `The end of the window cuts a round of answers: in ${cellName(cell)} requests/s is ${q.rate(requestsPerSec)} by wrk’s count, ${q.rate(served)} when answers count with the part of them that fell into it.`,
    evidence: `Run ${run}: ${q.whole(drained)} requests ended after the window.`,
    condition: 'Told of the run where the two rates are farthest apart, above 1 %.',
  }),
  workingPoint: ({ level }) => ({
    sentence: `Run it at about ${level.connections} requests in flight: ${q.rate(level.requestsPerSec)} requests/s at a mean latency of ${q.duration(level.meanMs)}; more than that costs more latency than it gives rate.`,
    evidence: `${levelFigures(level)}.`,
    condition: POWER,
  }),
  highestThroughput: ({ cell, requestsPerSec, meanMs, runs: n, requests }) => ({
    sentence: `Where only throughput counts (batch work), use ${cell.connections} connections: ${q.rate(requestsPerSec)} requests/s at a mean latency of ${q.duration(meanMs)}.`,
    evidence: `Cell ${cellName(cell)}: ${runs(n)}, ${q.whole(requests)} requests.`,
    condition: 'The cell with the highest rate, where it is not the working point.',
  }),
  scaleOut: ({ level }) => ({
    sentence: `For more than ${q.rate(level.requestsPerSec)} requests/s at this latency add servers, and let none hold more than ${level.connections} requests at once. How several servers share a load was not measured here.`,
    evidence: `${levelFigures(level)}.`,
    condition: 'Follows from the working point.',
  }),
  watchRunning: ({ connections }) => ({
    sentence: `Watch vllm:num_requests_running: above ${connections} for long, the server is beyond its knee. Watch vllm:num_requests_waiting: above 0 for long, requests queue.`,
    evidence: `The knee lies at ${connections} connections.`,
    condition: POWER,
  }),
  watchLatency: ({ cell, percentile, ms, requests }) => ({
    sentence: `Watch the ${percentile} of the end-to-end latency (vllm:e2e_request_latency_seconds): above ${q.duration(ms)} it is slower than at the knee.`,
    evidence: `Cell ${cellName(cell)}: ${percentile} ${q.duration(ms)} over ${q.whole(requests)} requests a run.`,
    condition: 'The highest percentile that the knee’s cell can carry; it holds for this traffic’s lengths.',
  }),
  watchErrors: ({ limit }) => ({
    sentence: `Watch the share of failed requests: above ${q.percent(limit)} latencies no longer describe what users get.`,
    evidence: 'The limit beyond which a run of this tool is not valid.',
    condition: 'Always told where a run is valid.',
  }),
  addConnections: ({ connections }) => ({
    sentence: `To estimate capacity, add cells: --connections ${connections.join(',')}.`,
    evidence: 'A fit wants four numbers of connections.',
    condition: 'Told when there are fewer.',
  }),
  addRepeats: ({ wanted }) => ({
    sentence: `To tell differences from chance, run every cell ${wanted} times: --repeat ${wanted}.`,
    evidence: 'An interval over runs wants three of each.',
    condition: 'Told when a cell has fewer valid runs.',
  }),
  addRequests: ({ wanted, seconds }) => ({
    sentence: `For a p99 in every cell, let each run for ${seconds} s or more.`,
    evidence: `A p99 wants ${wanted} requests in each run.`,
    condition: 'Told when a cell has fewer; the time is that of the slowest cell.',
  }),
  addStream: () => ({
    sentence: 'To see the time to the first token and per token, record or replay streamed requests.',
    evidence: 'No answer of these runs was streamed.',
    condition: 'Told when nothing was streamed.',
  }),
};
