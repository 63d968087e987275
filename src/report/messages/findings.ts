import { cellName } from '../../model/run.ts';
import type { Finding, FindingFacts, FindingText, Level, RatioInterval } from '../findings/finding.ts';
import { powerOf } from '../findings/scaling.ts';
import { QUANTITIES } from '../quantities.ts';
import { counted, type FindingMessages, type Parts } from './catalogue.ts';
import { reasonsText } from './invalid-reasons.ts';
import type { Language } from './languages.ts';
import { OBJECTIVES } from './objectives.ts';
import { SERVER_SIDE } from './server-side.ts';

const { en, zh } = QUANTITIES;

const levelFigures = {
  en: ({ connections, requestsPerSec, meanMs, runs, requests }: Level) =>
    `${connections} connections: ${en.rate(requestsPerSec)} requests/s, mean latency ${en.duration(meanMs)} (${counted(runs, 'run')}, ${en.whole(requests)} requests)`,
  zh: ({ connections, requestsPerSec, meanMs, runs, requests }: Level) => `${connections} 连接：${zh.rate(requestsPerSec)} 请求/秒，平均延迟 ${zh.duration(meanMs)}（${runs} 次运行，${zh.whole(requests)} 个请求）`,
};

const powers = {
  en: (levels: readonly Level[]) => levels.map((level) => `${en.times(powerOf(level))} at ${level.connections}`).join(', '),
  zh: (levels: readonly Level[]) => levels.map((level) => `${level.connections} 连接 ${zh.times(powerOf(level))}`).join('，'),
};

const range = {
  en: ({ low, high }: RatioInterval) => `95 % interval ${en.change(low)} to ${en.change(high)}`,
  zh: ({ low, high }: RatioInterval) => `95% 置信区间 ${zh.change(low)} 至 ${zh.change(high)}`,
};

const POWER = {
  en: 'The knee is the tested number of connections with the highest throughput ÷ mean latency (Kleinrock 1979); it needs three numbers of connections.',
  zh: '拐点取“吞吐量 ÷ 平均延迟”最大的那个连接数（Kleinrock 1979），至少需要三种连接数。',
};

const USL = {
  en: 'Least-squares fit of Gunther’s universal scalability law X(N) = λN ÷ (1 + σ(N − 1) + κN(N − 1)) by relative errors; it needs four numbers of connections, one of which has reached 90 % of the law’s highest throughput.',
  zh: '按相对误差用最小二乘拟合 Gunther 通用可扩展性定律 X(N) = λN ÷ (1 + σ(N − 1) + κN(N − 1))；至少需要四种连接数，其中至少一种的拟合值要达到该定律最高吞吐量的 90%。',
};

/** How many times the throughput came of how many times the connections. */
const growth = (from: Level, to: Level) => ({ rate: to.requestsPerSec / from.requestsPerSec, load: to.connections / from.connections });

/** What is said of each kind of finding. */
export const FINDINGS: FindingMessages<FindingFacts> = {
  ...OBJECTIVES,
  ...SERVER_SIDE,
  noValidRun: {
    sentence: { en: 'No run is valid, so nothing is concluded from their figures.', zh: '没有一次运行有效，因此不从这些数字得出任何结论。' },
    evidence: { en: ({ reasons }) => reasonsText(reasons, 'en'), zh: ({ reasons }) => reasonsText(reasons, 'zh') },
    condition: { en: 'A run is valid when none of the conditions in docs/metrics.md speaks against its figures.', zh: '没有任何理由怀疑其数字的运行才算有效，判定条件见 docs/metrics.md。' },
  },
  noErrors: {
    sentence: { en: 'No request failed.', zh: '没有请求失败。' },
    evidence: {
      en: ({ requests }) => (requests === 1 ? '1 request, which succeeded or was aborted by its client.' : `${en.whole(requests)} requests, all of which succeeded or were aborted by their clients.`),
      zh: ({ requests }) => `共 ${zh.whole(requests)} 个请求，全部成功结束或由客户端主动中断。`,
    },
    condition: { en: 'Every outcome except ok and client_aborted is an error.', zh: '除 ok 和 client_aborted 之外的请求结果都算错误。' },
  },
  errors: {
    sentence: {
      en: ({ errors, requests }) => `${en.whole(errors)} of ${en.whole(requests)} requests failed (${en.percent(errors / requests)}).`,
      zh: ({ errors, requests }) => `${zh.whole(requests)} 个请求中有 ${zh.whole(errors)} 个失败（${zh.percent(errors / requests)}）。`,
    },
    evidence: { en: ({ outcomes }) => outcomes.map(([outcome, n]) => `${outcome} ${en.whole(n)}`).join(', '), zh: ({ outcomes }) => outcomes.map(([outcome, n]) => `${outcome} ${zh.whole(n)}`).join('，') },
    condition: { en: 'Every outcome except ok and client_aborted is an error; over all runs.', zh: '除 ok 和 client_aborted 之外的请求结果都算错误，统计全部运行。' },
  },
  bestCell: {
    sentence: {
      en: ({ cell, requestsPerSec, tokensPerSec, meanMs }) =>
        `The highest throughput was ${en.rate(requestsPerSec)} requests/s${tokensPerSec === null ? '' : ` (${en.rate(tokensPerSec)} output tokens/s)`}, with ${cell.connections} connections and a mean latency of ${en.duration(meanMs)}.`,
      zh: ({ cell, requestsPerSec, tokensPerSec, meanMs }) =>
        `最高吞吐量为 ${zh.rate(requestsPerSec)} 请求/秒${tokensPerSec === null ? '' : `（${zh.rate(tokensPerSec)} 输出 token/秒）`}，出现在 ${cell.connections} 个连接时，平均延迟 ${zh.duration(meanMs)}。`,
    },
    evidence: {
      en: ({ cell, runs: n, requests, cells }) => `Load ${cellName(cell)}: ${counted(n, 'run')}, ${en.whole(requests)} requests; the best of ${cells} loads.`,
      zh: ({ cell, runs, requests, cells }) => `测试项 ${cellName(cell)}：${runs} 次运行，${zh.whole(requests)} 个请求；为 ${cells} 个测试项中最高。`,
    },
    condition: {
      en: 'Geometric mean over valid runs; each successful response counts by the part of its time that lies within the window.',
      zh: '取各次有效运行的几何平均：每个成功响应按落在窗口内的时间比例计数 ÷ 窗口时长。',
    },
  },
  scaling: {
    sentence: {
      en: ({ from, to }) =>
        `${en.times(growth(from, to).load)} times the connections (${from.connections} to ${to.connections}) gave ${en.times(growth(from, to).rate)} times the throughput, ${en.percent(growth(from, to).rate / growth(from, to).load)} of proportional, at ${en.times(to.meanMs / from.meanMs)} times the mean latency.`,
      zh: ({ from, to }) =>
        `连接数从 ${from.connections} 增加到 ${to.connections}（${zh.times(growth(from, to).load)} 倍），吞吐量变为 ${zh.times(growth(from, to).rate)} 倍，扩展效率 ${zh.percent(growth(from, to).rate / growth(from, to).load)}，平均延迟变为 ${zh.times(to.meanMs / from.meanMs)} 倍。`,
    },
    evidence: { en: ({ from, to }) => `${levelFigures.en(from)}; ${levelFigures.en(to)}.`, zh: ({ from, to }) => `${levelFigures.zh(from)}；${levelFigures.zh(to)}。` },
    condition: {
      en: 'Neighbouring numbers of connections; loads that differ only in threads count as one.',
      zh: '比较相邻的连接数；只有线程数不同的测试项合并计算。扩展效率为吞吐量倍数 ÷ 连接数倍数。',
    },
  },
  knee: {
    sentence: {
      en: ({ knee, next }) =>
        `Latency starts to climb beyond ${knee.connections} connections: from there to ${next.connections} throughput changed by ${en.change(next.requestsPerSec / knee.requestsPerSec)}, mean latency by ${en.change(next.meanMs / knee.meanMs)}.`,
      zh: ({ knee, next }) =>
        `超过 ${knee.connections} 个连接后延迟开始明显上升：增加到 ${next.connections} 个连接，吞吐量 ${zh.change(next.requestsPerSec / knee.requestsPerSec)}，平均延迟 ${zh.change(next.meanMs / knee.meanMs)}。`,
    },
    evidence: { en: ({ levels }) => `Throughput ÷ mean latency: ${powers.en(levels)}.`, zh: ({ levels }) => `吞吐量 ÷ 平均延迟：${powers.zh(levels)}。` },
    condition: POWER,
  },
  kneeOutside: {
    sentence: {
      en: ({ side, levels }) =>
        side === 'above'
          ? `Latency does not climb faster than throughput up to ${levels.at(-1)?.connections} connections, the most that were tested.`
          : `Latency climbs faster than throughput from ${levels[0]?.connections} connections, the fewest that were tested.`,
      zh: ({ side, levels }) =>
        side === 'above' ? `在测试的最大连接数 ${levels.at(-1)?.connections} 之内，延迟的增长还没有超过吞吐量的增长。` : `从测试的最小连接数 ${levels[0]?.connections} 起，延迟的增长就已超过吞吐量的增长。`,
    },
    evidence: { en: ({ levels }) => `Throughput ÷ mean latency: ${powers.en(levels)}.`, zh: ({ levels }) => `吞吐量 ÷ 平均延迟：${powers.zh(levels)}。` },
    condition: POWER,
  },
  kneeTooFew: {
    sentence: { en: 'Where latency starts to climb cannot be determined.', zh: '无法判断延迟从哪里开始上升。' },
    evidence: {
      en: ({ levels, wanted }) => `${counted(levels, 'number')} of connections tested; ${wanted} are needed.`,
      zh: ({ levels, wanted }) => `只测了 ${levels} 种连接数，至少需要 ${wanted} 种。`,
    },
    condition: POWER,
  },
  threads: {
    sentence: {
      en: ({ connections, from, to, ratio, interval, matters, margin }) => {
        const change = `at ${connections} connections, ${to} instead of ${from} threads changed the mean latency by ${en.change(ratio)}`;
        if (matters === 'yes') return `Threads matter: ${change}.`;
        if (matters === 'no') return `Threads do not matter: ${change}, with 95 % confidence less than ${en.percent(margin)}.`;
        return `Whether threads matter cannot be determined: ${change}${interval === null ? ', and single runs give no interval' : ''}.`;
      },
      zh: ({ connections, from, to, ratio, interval, matters, margin }) => {
        const change = `同为 ${connections} 个连接，线程从 ${from} 个变为 ${to} 个，平均延迟变化 ${zh.change(ratio)}`;
        if (matters === 'yes') return `线程数有影响：${change}。`;
        if (matters === 'no') return `线程数没有影响：${change}，以 95% 的置信度小于 ${zh.percent(margin)}。`;
        return `线程数有没有影响无法判断：${change}${interval === null ? '，而单次运行给不出置信区间' : ''}。`;
      },
    },
    evidence: {
      en: ({ from, to, fromRuns, toRuns, interval }) =>
        `${counted(fromRuns, 'run')} with ${from} threads, ${counted(toRuns, 'run')} with ${to}${interval === null ? '; an interval needs three of each' : `; ${range.en(interval)}`}.`,
      zh: ({ from, to, fromRuns, toRuns, interval }) => `${from} 线程 ${fromRuns} 次运行，${to} 线程 ${toRuns} 次运行${interval === null ? '；每边至少三次运行才有置信区间' : `；${range.zh(interval)}`}。`,
    },
    condition: {
      en: ({ margin }) =>
        `Loads with the same connections; Welch’s interval over the runs’ mean latencies. Threads matter when it excludes no change and the change exceeds ${en.percent(margin)}, and do not matter when it lies within ± ${en.percent(margin)}.`,
      zh: ({ margin }) => `连接数相同的测试项之间，对各次运行的平均延迟求 Welch 置信区间：区间不含零且变化超过 ${zh.percent(margin)} 为有影响，区间全部落在 ±${zh.percent(margin)} 以内为没有影响。`,
    },
  },
  capacity: {
    sentence: {
      en: ({ peak, atConnections }) =>
        `One server of this kind sustains at most ${en.rate(peak.ratio)} requests/s of this traffic${atConnections === null ? '' : `, near ${en.whole(atConnections)} connections`} (95 % interval ${en.rate(peak.low)} to ${en.rate(peak.high)}).`,
      zh: ({ peak, atConnections }) =>
        `对于这种流量，一台这样的服务器最多承受 ${zh.rate(peak.ratio)} 请求/秒${atConnections === null ? '' : `，约在 ${zh.whole(atConnections)} 个连接处`}（95% 置信区间 ${zh.rate(peak.low)} 至 ${zh.rate(peak.high)}）。`,
    },
    evidence: {
      en: ({ levels, contention, coherency }) => `${levels} numbers of connections; σ = ${contention.toPrecision(3)}, κ = ${coherency.toPrecision(3)}; interval by jackknife over them.`,
      zh: ({ levels, contention, coherency }) => `${levels} 种连接数；σ = ${contention.toPrecision(3)}，κ = ${coherency.toPrecision(3)}；区间由逐一剔除连接数的刀切法得出。`,
    },
    condition: USL,
  },
  capacityTooFew: {
    sentence: { en: 'There are too few loads to estimate capacity.', zh: '测试项太少，无法估计容量。' },
    evidence: {
      en: ({ levels, wanted }) => `${counted(levels, 'number')} of connections tested; ${wanted} are needed.`,
      zh: ({ levels, wanted }) => `只测了 ${levels} 种连接数，至少需要 ${wanted} 种。`,
    },
    condition: USL,
  },
  capacityBeyond: {
    sentence: {
      en: ({ highest }) => `The tested loads do not come near the server’s capacity: with ${highest.connections} connections throughput was still growing.`,
      zh: ({ highest }) => `测试还没有接近服务器的容量：到 ${highest.connections} 个连接时吞吐量仍在增长。`,
    },
    evidence: { en: ({ highest, levels }) => `${levels} numbers of connections; ${levelFigures.en(highest)}.`, zh: ({ highest, levels }) => `${levels} 种连接数；${levelFigures.zh(highest)}。` },
    condition: USL,
  },
  generator: {
    sentence: { en: 'The load generator was not the bottleneck.', zh: '瓶颈不在压测端。' },
    evidence: {
      en: ({ runs: n, loopUtilization, loopDelayP99Ms, occupancy, lagP99Ms }) =>
        `Worst of ${counted(n, 'run')}: event loop busy ${en.percent(loopUtilization)} of the time, its delay ${en.duration(loopDelayP99Ms)} at p99${occupancy === null ? '' : `, connections busy ${en.percent(occupancy)} of the time`}${lagP99Ms === null ? '' : `, requests sent ${en.duration(lagP99Ms)} after their scheduled time at p99`}.`,
      zh: ({ runs, loopUtilization, loopDelayP99Ms, occupancy, lagP99Ms }) =>
        `${runs} 次运行中最差的情况：事件循环忙碌 ${zh.percent(loopUtilization)}，其延迟 p99 为 ${zh.duration(loopDelayP99Ms)}${occupancy === null ? '' : `，连接有 ${zh.percent(occupancy)} 的时间在处理请求`}${lagP99Ms === null ? '' : `，请求发出时间比计划滞后 p99 ${zh.duration(lagP99Ms)}`}。`,
    },
    condition: { en: 'Valid runs only; the limits that make a run invalid are in docs/metrics.md.', zh: '只看有效运行；使运行无效的各项上限见 docs/metrics.md。' },
  },
  repeats: {
    sentence: {
      en: ({ cv }) => `Mean latency varies between repeated runs of a load by a coefficient of variation of at most ${en.percent(cv)}.`,
      zh: ({ cv }) => `同一测试项重复运行，平均延迟的变异系数不超过 ${zh.percent(cv)}。`,
    },
    evidence: {
      en: ({ cell, runs: n, cells }) => `${counted(cells, 'load')} with several valid runs; the largest at ${cellName(cell)}, ${counted(n, 'run')}.`,
      zh: ({ cell, runs, cells }) => `${cells} 个测试项有多次有效运行；最大值出现在 ${cellName(cell)}，${runs} 次运行。`,
    },
    condition: { en: 'Sample standard deviation ÷ mean of the runs’ mean latencies.', zh: '变异系数为各次运行平均延迟的样本标准差 ÷ 均值。' },
  },
  noRepeats: {
    sentence: { en: 'How much of a difference is chance cannot be determined: no load has two valid runs.', zh: '无法判断差异中有多少是偶然：没有测试项有两次有效运行。' },
    evidence: { en: ({ cells }) => `${counted(cells, 'load')} with one valid run each.`, zh: ({ cells }) => `${cells} 个测试项各只有一次有效运行。` },
    condition: { en: 'Differences are judged over repeated runs, because requests of one run share batches.', zh: '差异要以多次运行来判断，因为同一次运行里的请求共享批次，彼此并不独立。' },
  },
  spread: {
    sentence: {
      en: ({ narrow, wide }) => `Within a run, latencies vary by a coefficient of variation of ${en.percent(narrow.cv)} (${cellName(narrow.cell)}) to ${en.percent(wide.cv)} (${cellName(wide.cell)}).`,
      zh: ({ narrow, wide }) => `在一次运行之内，延迟的变异系数为 ${zh.percent(narrow.cv)}（${cellName(narrow.cell)}）到 ${zh.percent(wide.cv)}（${cellName(wide.cell)}）。`,
    },
    evidence: { en: ({ requests }) => `${en.whole(requests)} successful requests.`, zh: ({ requests }) => `${zh.whole(requests)} 个成功的请求。` },
    condition: { en: 'Sample standard deviation ÷ mean of E2EL, averaged over the valid runs of a load.', zh: '端到端延迟的样本标准差 ÷ 均值，对测试项的各次有效运行取平均。' },
  },
  steady: {
    sentence: { en: 'Latency was steady within the runs.', zh: '运行过程中延迟保持平稳。' },
    evidence: {
      en: ({ runs: n, largest }) => `From the second to the last tenth of the window it changed by at most ${en.percent(largest)} in ${counted(n, 'run')}.`,
      zh: ({ runs, largest }) => `${runs} 次运行中，从窗口的第二个十分之一到最后一个十分之一，延迟变化不超过 ${zh.percent(largest)}。`,
    },
    condition: {
      en: ({ margin }) => `A line fitted to the logarithms of mean latency by tenth of the window; steady below ${en.percent(margin)}.`,
      zh: ({ margin }) => `把窗口分为十段，对各段平均延迟的对数拟合直线；变化小于 ${zh.percent(margin)} 为平稳。`,
    },
  },
  drift: {
    sentence: {
      en: ({ run, cell, change }) => `Latency drifted within run ${run} (${cellName(cell)}): ${en.change(change.ratio)} from start to end. Let the server settle with --warmup, or make the run longer.`,
      zh: ({ run, cell, change }) => `第 ${run} 号运行（${cellName(cell)}）中延迟发生漂移：从开始到结束变化 ${zh.change(change.ratio)}。请用 --warmup 让服务器先稳定，或延长运行。`,
    },
    evidence: { en: ({ change }) => `${range.en(change)}.`, zh: ({ change }) => `${range.zh(change)}。` },
    condition: {
      en: ({ margin }) => `A line fitted to the logarithms of mean latency by tenth of the window; reported above ${en.percent(margin)} when chance makes such a line in fewer than 5 of 1,000 runs.`,
      zh: ({ margin }) => `把窗口分为十段，对各段平均延迟的对数拟合直线；变化超过 ${zh.percent(margin)} 且偶然出现的概率小于千分之五时报告。`,
    },
  },
  coldStart: {
    sentence: {
      en: ({ run, cell, requests, medianMs, laterMs, untilMs }) =>
        `Run ${run} (${cellName(cell)}) had a cold start: the first ${requests === 1 ? 'answer' : `${en.whole(requests)} answers`}, until ${en.duration(untilMs)}, took ${en.times(medianMs / laterMs)} times as long as later ones. Leave such answers out with --warmup.`,
      zh: ({ run, cell, requests, medianMs, laterMs, untilMs }) =>
        `第 ${run} 号运行（${cellName(cell)}）是冷启动：最初 ${zh.whole(requests)} 个响应（到 ${zh.duration(untilMs)} 为止）的耗时是之后的 ${zh.times(medianMs / laterMs)} 倍。请用 --warmup 排除这些响应。`,
    },
    evidence: {
      en: ({ medianMs, laterMs }) => `Median service time ${en.duration(medianMs)}, against ${en.duration(laterMs)} in the second half of the run.`,
      zh: ({ medianMs, laterMs }) => `服务时间中位数 ${zh.duration(medianMs)}，运行后半段为 ${zh.duration(laterMs)}。`,
    },
    condition: {
      en: 'Half or more of the first answers took three times the median of the second half or more, and at least 100 ms longer; a random order has such a start in fewer than 1 of 100 runs.',
      zh: '最初的响应中至少一半不少于后半段中位数的三倍，且至少多 100 ms；随机顺序下出现这种开头的运行少于百分之一。',
    },
  },
  stall: {
    sentence: {
      en: ({ run, cell, atMs, lengthMs, stalls }) =>
        `The server stalled in run ${run} (${cellName(cell)}): nothing was answered for ${en.duration(lengthMs)}, from ${en.duration(atMs)} after the start${stalls === 1 ? '' : ` (the longest of ${stalls} stalls)`}. Look at the server’s log of that time, and repeat the run.`,
      zh: ({ run, cell, atMs, lengthMs, stalls }) =>
        `服务器在第 ${run} 号运行（${cellName(cell)}）中停顿：从开始后 ${zh.duration(atMs)} 起的 ${zh.duration(lengthMs)} 内没有任何响应${stalls === 1 ? '' : `（${stalls} 次停顿中最长的一次）`}。请查看服务器该时段的日志，并重做这次运行。`,
    },
    evidence: {
      en: ({ lengthMs }) => `No byte of an answer came for ${en.duration(lengthMs)} while requests were in flight.`,
      zh: ({ lengthMs }) => `有在途请求，但 ${zh.duration(lengthMs)} 内没有收到任何响应字节。`,
    },
    condition: {
      en: 'A silence of 500 ms or more after the first answer has begun, four times as long as every other silence of the run but four; one request that waits for its first token is no stall.',
      zh: '第一个响应开始之后出现 500 ms 以上的静默，且为其余静默（除最多四次外）的四倍以上；只有一个请求在等首 token 时不算停顿。',
    },
  },
  outage: {
    sentence: {
      en: ({ run, cell, atMs, lengthMs }) =>
        `The server restarted or was unreachable in run ${run} (${cellName(cell)}): it took no connection from ${en.duration(atMs)} after the start, and answered again ${en.duration(lengthMs)} later. Find out why it went away, and repeat the run.`,
      zh: ({ run, cell, atMs, lengthMs }) => `服务器在第 ${run} 号运行（${cellName(cell)}）中重启或不可达：从开始后 ${zh.duration(atMs)} 起拒绝连接，${zh.duration(lengthMs)} 后才重新响应。请查明原因，并重做这次运行。`,
    },
    evidence: {
      en: ({ failed }) => `${en.whole(failed)} requests in a row found nothing listening.`,
      zh: ({ failed }) => `连续 ${zh.whole(failed)} 个请求的连接被拒绝。`,
    },
    condition: {
      en: 'Three refused connections or more without a whole answer between them, after one and before another.',
      zh: '连续三次以上连接被拒绝，其间没有完整的响应，而此前此后都有。',
    },
  },
  percentiles: {
    sentence: { en: 'Some loads have too few requests for a p99, so none is printed for them.', zh: '部分测试项的请求数不足以给出 p99，因此不打印。' },
    evidence: {
      en: ({ wanted, cells }) => cells.map(({ cell, requests }) => `${cellName(cell)}: ${en.whole(requests)} of ${wanted}`).join(', '),
      zh: ({ wanted, cells }) => cells.map(({ cell, requests }) => `${cellName(cell)}：${zh.whole(requests)} / ${wanted}`).join('，'),
    },
    condition: {
      en: 'A p99 needs 662 requests, a p90 64, a p50 11: with 99 % confidence, at least two samples are at or above it.',
      zh: 'p99 需要 662 个请求，p90 需要 64 个，p50 需要 11 个：以 99% 的置信度，至少有两个样本不小于该值。',
    },
  },
  notStreamed: {
    sentence: { en: 'Nothing was streamed, so there is no time to the first token and no time per token.', zh: '没有流式响应，因此看不到首 token 延迟和逐 token 的时间。' },
    evidence: {
      en: ({ requests }) => `${en.whole(requests)} non-streaming responses: their latency is that of the complete response.`,
      zh: ({ requests }) => `${zh.whole(requests)} 个非流式响应，延迟是整个响应的时间。`,
    },
    condition: { en: 'TTFT, TPOT and ITL need streamed responses.', zh: 'TTFT、TPOT 和 ITL 需要流式响应。' },
  },
  oneRequest: {
    sentence: { en: 'One request was sent repeatedly: the figures hold only for this prompt and this response length.', zh: '反复发送的是同一个请求：这些数字只适用于这个提示词和这个响应长度。' },
    evidence: {
      en: ({ promptTokens, outputTokens }) =>
        `${promptTokens === null ? 'Unknown' : promptTokens.toFixed(1)} prompt tokens and ${outputTokens === null ? 'unknown' : outputTokens.toFixed(1)} output tokens per request on average.`,
      zh: ({ promptTokens, outputTokens }) => `每个请求平均提示词 ${promptTokens === null ? '未知' : promptTokens.toFixed(1)} token，输出 ${outputTokens === null ? '未知' : outputTokens.toFixed(1)} token。`,
    },
    condition: { en: 'The runs replayed a single recorded request.', zh: '这些运行只重放了一个录制的请求。' },
  },
  reqSecLine: {
    sentence: {
      en: ({ cell, mean, claimed, requestsPerSec }) =>
        `wrk’s Req/Sec line is not throughput: at ${cellName(cell)} it shows ${mean.toFixed(2)} per thread, which would be ${en.rate(claimed)} requests/s, but ${en.rate(requestsPerSec)} were served.`,
      zh: ({ cell, mean, claimed, requestsPerSec }) => `wrk 的 Req/Sec 一行不是速率：${cellName(cell)} 中它显示每线程 ${mean.toFixed(2)}，相当于 ${zh.rate(claimed)} 请求/秒，而实际为 ${zh.rate(requestsPerSec)}。`,
    },
    evidence: {
      en: ({ run }) => `Run ${run}: wrk samples each thread every 100 ms, truncates the result to a whole number and skips samples without a response.`,
      zh: ({ run }) => `第 ${run} 号运行：wrk 每 100 ms 对每个线程采样一次，结果截断为整数，没有响应的采样被略去。`,
    },
    condition: { en: 'Reported for the run where Req/Sec × threads is farthest from throughput, above 20 %.', zh: '取 Req/Sec × 线程数与吞吐量相差最大的一次运行，超过 20% 时报告。' },
  },
  cutByWindow: {
    sentence: {
      en: ({ cell, requestsPerSec, served }) =>
        `The end of the window truncates a batch of responses: at ${cellName(cell)} there are ${en.rate(requestsPerSec)} requests/s by wrk’s count, ${en.rate(served)} when each response counts by the part of it inside the window.`,
      zh: ({ cell, requestsPerSec, served }) => `窗口结束时截断了一批响应：${cellName(cell)} 按 wrk 的算法为 ${zh.rate(requestsPerSec)} 请求/秒，若按响应落在窗口内的比例计则为 ${zh.rate(served)}。`,
    },
    evidence: { en: ({ run, drained }) => `Run ${run}: ${en.whole(drained)} requests ended after the window.`, zh: ({ run, drained }) => `第 ${run} 号运行：有 ${zh.whole(drained)} 个请求在窗口之后才结束。` },
    condition: { en: 'Reported for the run where the two rates are farthest apart, above 1 %.', zh: '取两种速率相差最大的一次运行，超过 1% 时报告。' },
  },
  workingPoint: {
    sentence: {
      en: ({ level }) =>
        `Keep about ${level.connections} requests in flight: ${en.rate(level.requestsPerSec)} requests/s at a mean latency of ${en.duration(level.meanMs)}. Beyond that, latency grows faster than throughput.`,
      zh: ({ level }) => `建议把在途请求数控制在 ${level.connections} 左右：${zh.rate(level.requestsPerSec)} 请求/秒，平均延迟 ${zh.duration(level.meanMs)}；再往上，延迟的代价大于吞吐量的收益。`,
    },
    evidence: { en: ({ level }) => `${levelFigures.en(level)}.`, zh: ({ level }) => `${levelFigures.zh(level)}。` },
    condition: POWER,
  },
  highestThroughput: {
    sentence: {
      en: ({ cell, requestsPerSec, meanMs }) => `Where only throughput counts (batch work), use ${cell.connections} connections: ${en.rate(requestsPerSec)} requests/s at a mean latency of ${en.duration(meanMs)}.`,
      zh: ({ cell, requestsPerSec, meanMs }) => `只看吞吐量时（离线批处理），用 ${cell.connections} 个连接：${zh.rate(requestsPerSec)} 请求/秒，平均延迟 ${zh.duration(meanMs)}。`,
    },
    evidence: {
      en: ({ cell, runs: n, requests }) => `Load ${cellName(cell)}: ${counted(n, 'run')}, ${en.whole(requests)} requests.`,
      zh: ({ cell, runs, requests }) => `测试项 ${cellName(cell)}：${runs} 次运行，${zh.whole(requests)} 个请求。`,
    },
    condition: { en: 'The load with the highest throughput, where it is not the working point.', zh: '吞吐量最高的测试项与建议的工作点不同时给出。' },
  },
  scaleOut: {
    sentence: {
      en: ({ level }) =>
        `For more than ${en.rate(level.requestsPerSec)} requests/s at this latency, add servers and keep each below ${level.connections} requests in flight. How several servers share a load was not measured here.`,
      zh: ({ level }) => `若要在这一延迟下超过 ${zh.rate(level.requestsPerSec)} 请求/秒，请增加服务器，并让每台同时处理的请求不超过 ${level.connections} 个。多台服务器如何分担负载，这里没有测量。`,
    },
    evidence: { en: ({ level }) => `${levelFigures.en(level)}.`, zh: ({ level }) => `${levelFigures.zh(level)}。` },
    condition: { en: 'Follows from the working point.', zh: '由建议的工作点推出。' },
  },
  watchRunning: {
    sentence: {
      en: ({ connections }) => `Watch vllm:num_requests_running: if it stays above ${connections}, the server is beyond its knee. Watch vllm:num_requests_waiting: if it stays above 0, requests queue.`,
      zh: ({ connections }) => `监控 vllm:num_requests_running：长时间高于 ${connections} 说明服务器已越过拐点。监控 vllm:num_requests_waiting：长时间大于 0 说明请求在排队。`,
    },
    evidence: { en: ({ connections }) => `The knee is at ${connections} connections.`, zh: ({ connections }) => `拐点在 ${connections} 个连接处。` },
    condition: POWER,
  },
  watchLatency: {
    sentence: {
      en: ({ percentile, ms }) => `Watch the ${percentile} of the end-to-end latency (vllm:e2e_request_latency_seconds): above ${en.duration(ms)} it is slower than at the knee.`,
      zh: ({ percentile, ms }) => `监控端到端延迟的 ${percentile}（vllm:e2e_request_latency_seconds）：高于 ${zh.duration(ms)} 即比拐点处更慢。`,
    },
    evidence: {
      en: ({ cell, percentile, ms, requests }) => `Load ${cellName(cell)}: ${percentile} ${en.duration(ms)} over ${en.whole(requests)} requests per run.`,
      zh: ({ cell, percentile, ms, requests }) => `测试项 ${cellName(cell)}：${percentile} 为 ${zh.duration(ms)}，每次运行 ${zh.whole(requests)} 个请求。`,
    },
    condition: { en: 'The highest percentile that the sample at the knee supports; valid for this traffic’s lengths.', zh: '取拐点测试项的样本量所能支撑的最高百分位；仅适用于这种请求长度。' },
  },
  watchErrors: {
    sentence: {
      en: ({ limit }) => `Watch the share of failed requests: above ${en.percent(limit)} latencies no longer describe what users get.`,
      zh: ({ limit }) => `监控失败请求的比例：高于 ${zh.percent(limit)} 时，延迟数字已不能代表用户的体验。`,
    },
    evidence: { en: 'The limit beyond which a run is invalid.', zh: '这也是本工具判定一次运行无效的上限。' },
    condition: { en: 'Reported whenever a run is valid.', zh: '只要有有效运行就给出。' },
  },
  addConnections: {
    sentence: { en: ({ connections }) => `To estimate capacity, add loads: --connections ${connections.join(',')}.`, zh: ({ connections }) => `要估计容量，请增加测试项：--connections ${connections.join(',')}。` },
    evidence: { en: 'A fit needs four numbers of connections.', zh: '拟合至少需要四种连接数。' },
    condition: { en: 'Reported when there are fewer.', zh: '连接数种类不足时给出。' },
  },
  addRepeats: {
    sentence: {
      en: ({ wanted }) => `To distinguish differences from chance, run every load ${wanted} times: --repeat ${wanted}.`,
      zh: ({ wanted }) => `要把差异与偶然区分开，请把每个测试项运行 ${wanted} 次：--repeat ${wanted}。`,
    },
    evidence: { en: 'An interval needs three runs of each.', zh: '每边至少三次运行才有置信区间。' },
    condition: { en: 'Reported when a load has fewer valid runs.', zh: '有测试项的有效运行次数不足时给出。' },
  },
  addRequests: {
    sentence: { en: ({ seconds }) => `For a p99 at every load, let each run last ${seconds} s or more.`, zh: ({ seconds }) => `要让每个测试项都有 p99，请让每次运行持续 ${seconds} 秒以上。` },
    evidence: { en: ({ wanted }) => `A p99 needs ${wanted} requests in each run.`, zh: ({ wanted }) => `p99 需要每次运行有 ${wanted} 个请求。` },
    condition: { en: 'Reported when a load has fewer; the time is that of the slowest load.', zh: '有测试项的请求数不足时给出；时长按最慢的测试项计算。' },
  },
  addStream: {
    sentence: { en: 'To see the time to the first token and per token, record or replay streamed requests.', zh: '要看到首 token 延迟和逐 token 的时间，请录制或重放流式请求。' },
    evidence: { en: 'No response of these runs was streamed.', zh: '这些运行中没有流式响应。' },
    condition: { en: 'Reported when nothing was streamed.', zh: '没有任何流式响应时给出。' },
  },
};

/** What a finding says, with its evidence and its rule. */
export function findingText(finding: Finding, language: Language): FindingText {
  const { sentence, evidence, condition } = FINDINGS[finding.kind] as Parts<never>;
  const say = (part: Parts<never>[keyof FindingText]): string => {
    const said = part[language];
    return typeof said === 'string' ? said : said(finding as never);
  };
  return { sentence: say(sentence), evidence: say(evidence), condition: say(condition) };
}
