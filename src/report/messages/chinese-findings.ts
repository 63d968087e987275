import { cellName } from '../../model/run.ts';
import type { FindingFacts, FindingText, Level, RatioInterval } from '../findings/finding.ts';
import { powerOf } from '../findings/scaling.ts';
import { QUANTITIES } from '../quantities.ts';
import { chineseObjectives } from './chinese-objectives.ts';
import { chineseServerSide } from './chinese-server-side.ts';
import { reasonsText } from './invalid-reasons.ts';

const q = QUANTITIES.zh;

const levelFigures = ({ connections, requestsPerSec, meanMs, runs, requests }: Level): string =>
  `${connections} 连接：${q.rate(requestsPerSec)} 请求/秒，平均延迟 ${q.duration(meanMs)}（${runs} 次运行，${q.whole(requests)} 个请求）`;

const powers = (levels: readonly Level[]): string =>
  levels.map((level) => `${level.connections} 连接 ${q.times(powerOf(level))}`).join('，');

const range = ({ low, high }: RatioInterval): string => `95% 置信区间 ${q.change(low)} 至 ${q.change(high)}`;

const POWER = '拐点取“吞吐量 ÷ 平均延迟”最大的那个连接数（Kleinrock 1979），至少需要三种连接数。';

const USL =
  '按相对误差用最小二乘拟合 Gunther 通用可扩展性定律 X(N) = λN ÷ (1 + σ(N − 1) + κN(N − 1))；至少需要四种连接数，其中至少一种的拟合值要达到该定律最高吞吐量的 90%。';

/** What each finding says in Chinese. */
export const chineseFindings: {
  readonly [K in keyof FindingFacts]: (facts: FindingFacts[K]) => FindingText;
} = {
  ...chineseObjectives,
  ...chineseServerSide,
  noValidRun: ({ reasons }) => ({
    sentence: '没有一次运行有效，因此不从这些数字得出任何结论。',
    evidence: reasonsText(reasons, 'zh'),
    condition: '没有任何理由怀疑其数字的运行才算有效，判定条件见 docs/metrics.md。',
  }),
  noErrors: ({ requests }) => ({
    sentence: '没有请求失败。',
    evidence: `共 ${q.whole(requests)} 个请求，全部成功结束或由客户端主动中断。`,
    condition: '除 ok 和 client_aborted 之外的结局都算错误。',
  }),
  errors: ({ errors, requests, outcomes }) => ({
    sentence: `${q.whole(requests)} 个请求中有 ${q.whole(errors)} 个失败（${q.percent(errors / requests)}）。`,
    evidence: outcomes.map(([outcome, n]) => `${outcome} ${q.whole(n)}`).join('，'),
    condition: '除 ok 和 client_aborted 之外的结局都算错误，统计全部运行。',
  }),
  bestCell: ({ cell, requestsPerSec, tokensPerSec, meanMs, runs, requests, cells }) => ({
    sentence:
      `最高吞吐量为 ${q.rate(requestsPerSec)} 请求/秒` +
      `${tokensPerSec === null ? '' : `（${q.rate(tokensPerSec)} 输出 token/秒）`}，出现在 ${cell.connections} 个连接时，` +
      `平均延迟 ${q.duration(meanMs)}。`,
    evidence: `测试项 ${cellName(cell)}：${runs} 次运行，${q.whole(requests)} 个请求；为 ${cells} 个测试项中最高。`,
    condition: '取各次有效运行的中位数：统计窗口内完成的应答数 ÷ 窗口时长。',
  }),
  scaling: ({ from, to }) => {
    const rate = to.requestsPerSec / from.requestsPerSec;
    const load = to.connections / from.connections;
    return {
      sentence:
        `连接数从 ${from.connections} 增加到 ${to.connections}（${q.times(load)} 倍），吞吐量变为 ${q.times(rate)} 倍，` +
        `扩展效率 ${q.percent(rate / load)}，平均延迟变为 ${q.times(to.meanMs / from.meanMs)} 倍。`,
      evidence: `${levelFigures(from)}；${levelFigures(to)}。`,
      condition: '比较相邻的连接数；只有线程数不同的测试项合并计算。扩展效率为吞吐量倍数 ÷ 连接数倍数。',
    };
  },
  knee: ({ knee, next, levels }) => ({
    sentence:
      `超过 ${knee.connections} 个连接后延迟开始明显上升：增加到 ${next.connections} 个连接，` +
      `吞吐量 ${q.change(next.requestsPerSec / knee.requestsPerSec)}，平均延迟 ${q.change(next.meanMs / knee.meanMs)}。`,
    evidence: `吞吐量 ÷ 平均延迟：${powers(levels)}。`,
    condition: POWER,
  }),
  kneeOutside: ({ side, levels }) => ({
    sentence:
      side === 'above'
        ? `在测试的最大连接数 ${levels.at(-1)?.connections} 之内，延迟的增长还没有超过吞吐量的增长。`
        : `从测试的最小连接数 ${levels[0]?.connections} 起，延迟的增长就已超过吞吐量的增长。`,
    evidence: `吞吐量 ÷ 平均延迟：${powers(levels)}。`,
    condition: POWER,
  }),
  kneeTooFew: ({ levels, wanted }) => ({
    sentence: '无法判断延迟从哪里开始上升。',
    evidence: `只测了 ${levels} 种连接数，至少需要 ${wanted} 种。`,
    condition: POWER,
  }),
  threads: ({ connections, from, to, fromRuns, toRuns, ratio, interval, matters, margin }) => ({
    sentence: {
      yes: `线程数有影响：同为 ${connections} 个连接，线程从 ${from} 个变为 ${to} 个，平均延迟变化 ${q.change(ratio)}。`,
      no: `线程数没有影响：同为 ${connections} 个连接，线程从 ${from} 个变为 ${to} 个，平均延迟变化 ${q.change(ratio)}，可以确定小于 ${q.percent(margin)}。`,
      unclear: `线程数有没有影响无法判断：同为 ${connections} 个连接，线程从 ${from} 个变为 ${to} 个，平均延迟变化 ${q.change(ratio)}${interval === null ? '，而单次运行给不出置信区间' : ''}。`,
    }[matters],
    evidence:
      `${from} 线程 ${fromRuns} 次运行，${to} 线程 ${toRuns} 次运行` +
      `${interval === null ? '；每边至少三次运行才有置信区间' : `；${range(interval)}`}。`,
    condition: `连接数相同的测试项之间，对各次运行的平均延迟求 Welch 置信区间：区间不含零且变化超过 ${q.percent(margin)} 为有影响，区间全部落在 ±${q.percent(margin)} 以内为没有影响。`,
  }),
  capacity: ({ levels, peak, atConnections, contention, coherency }) => ({
    sentence:
      `对于这种流量，一台这样的服务器最多承受 ${q.rate(peak.ratio)} 请求/秒` +
      `${atConnections === null ? '' : `，约在 ${q.whole(atConnections)} 个连接处`}` +
      `（95% 置信区间 ${q.rate(peak.low)} 至 ${q.rate(peak.high)}）。`,
    evidence: `${levels} 种连接数；σ = ${contention.toPrecision(3)}，κ = ${coherency.toPrecision(3)}；区间由逐一剔除连接数的刀切法得出。`,
    condition: USL,
  }),
  capacityTooFew: ({ levels, wanted }) => ({
    sentence: '测试项太少，无法估计容量。',
    evidence: `只测了 ${levels} 种连接数，至少需要 ${wanted} 种。`,
    condition: USL,
  }),
  capacityBeyond: ({ highest, levels }) => ({
    sentence: `测试还没有接近服务器的容量：到 ${highest.connections} 个连接时吞吐量仍在增长。`,
    evidence: `${levels} 种连接数；${levelFigures(highest)}。`,
    condition: USL,
  }),
  generator: ({ runs, loopUtilization, loopDelayP99Ms, occupancy, lagP99Ms }) => ({
    sentence: '瓶颈不在发压端。',
    evidence: `${runs} 次运行中最差的情况：事件循环忙碌 ${q.percent(loopUtilization)}，其延迟 p99 为 ${q.duration(loopDelayP99Ms)}${occupancy === null ? '' : `，连接有 ${q.percent(occupancy)} 的时间在处理请求`}${lagP99Ms === null ? '' : `，请求发出时间比计划滞后 p99 ${q.duration(lagP99Ms)}`}。`,
    condition: '只看有效运行；使运行无效的各项上限见 docs/metrics.md。',
  }),
  repeats: ({ cell, cv, runs, cells }) => ({
    sentence: `同一测试项重复运行，平均延迟的变异系数不超过 ${q.percent(cv)}。`,
    evidence: `${cells} 个测试项有多次有效运行；最大值出现在 ${cellName(cell)}，${runs} 次运行。`,
    condition: '变异系数为各次运行平均延迟的样本标准差 ÷ 均值。',
  }),
  noRepeats: ({ cells }) => ({
    sentence: '无法判断差异中有多少是偶然：没有测试项有两次有效运行。',
    evidence: `${cells} 个测试项各只有一次有效运行。`,
    condition: '差异要以多次运行来判断，因为同一次运行里的请求共享批次，彼此并不独立。',
  }),
  spread: ({ narrow, wide, requests }) => ({
    sentence: `在一次运行之内，延迟的变异系数为 ${q.percent(narrow.cv)}（${cellName(narrow.cell)}）到 ${q.percent(wide.cv)}（${cellName(wide.cell)}）。`,
    evidence: `${q.whole(requests)} 个成功的请求。`,
    condition: '端到端延迟的样本标准差 ÷ 均值，对测试项的各次有效运行取平均。',
  }),
  steady: ({ runs, largest, margin }) => ({
    sentence: '运行过程中延迟保持平稳。',
    evidence: `${runs} 次运行中，从窗口的第二个十分之一到最后一个十分之一，延迟变化不超过 ${q.percent(largest)}。`,
    condition: `把窗口分为十段，对各段平均延迟的对数拟合直线；变化小于 ${q.percent(margin)} 为平稳。`,
  }),
  drift: ({ run, cell, change, margin }) => ({
    sentence: `第 ${run} 号运行（${cellName(cell)}）中延迟发生漂移：从开始到结束变化 ${q.change(change.ratio)}。`,
    evidence: `${range(change)}。`,
    condition: `把窗口分为十段，对各段平均延迟的对数拟合直线；变化超过 ${q.percent(margin)} 且区间不含零时报告。`,
  }),
  percentiles: ({ wanted, cells }) => ({
    sentence: '部分测试项的请求数不足以给出 p99，因此不打印。',
    evidence: cells
      .map(({ cell, requests }) => `${cellName(cell)}：${q.whole(requests)} / ${wanted}`)
      .join('，'),
    condition: 'p99 需要 662 个请求，p90 需要 64 个，p50 需要 11 个（99% 置信度，允许一个值在其上）。',
  }),
  notStreamed: ({ requests }) => ({
    sentence: '没有流式应答，因此看不到首 token 延迟和逐 token 的时间。',
    evidence: `${q.whole(requests)} 个非流式应答，延迟是整个应答的时间。`,
    condition: 'TTFT、TPOT 和 ITL 需要流式应答。',
  }),
  oneRequest: ({ promptTokens, outputTokens }) => ({
    sentence: '反复发送的是同一个请求：这些数字只适用于这个提示词和这个应答长度。',
    evidence: `每个请求平均提示词 ${promptTokens === null ? '未知' : promptTokens.toFixed(1)} token，输出 ${outputTokens === null ? '未知' : outputTokens.toFixed(1)} token。`,
    condition: '这些运行只重放了磁带上的一个请求。',
  }),
  reqSecLine: ({ cell, run, mean, claimed, requestsPerSec }) => ({
    sentence: `wrk 的 Req/Sec 一行不是速率：${cellName(cell)} 中它显示每线程 ${mean.toFixed(2)}，相当于 ${q.rate(claimed)} 请求/秒，而实际为 ${q.rate(requestsPerSec)}。`,
    evidence: `第 ${run} 号运行：wrk 每 100 ms 对每个线程采样一次，结果截断为整数，没有应答的采样被略去。`,
    condition: '取 Req/Sec × 线程数与吞吐量相差最大的一次运行，超过 20% 时报告。',
  }),
  cutByWindow: ({ cell, run, drained, requestsPerSec, served }) => ({
    sentence: `窗口结束时截断了一轮应答：${cellName(cell)} 按 wrk 的算法为 ${q.rate(requestsPerSec)} 请求/秒，若按应答落在窗口内的比例计则为 ${q.rate(served)}。`,
    evidence: `第 ${run} 号运行：有 ${q.whole(drained)} 个请求在窗口之后才结束。`,
    condition: '取两种速率相差最大的一次运行，超过 1% 时报告。',
  }),
  workingPoint: ({ level }) => ({
    sentence: `建议把在途请求数控制在 ${level.connections} 左右：${q.rate(level.requestsPerSec)} 请求/秒，平均延迟 ${q.duration(level.meanMs)}；再往上，延迟的代价大于吞吐量的收益。`,
    evidence: `${levelFigures(level)}。`,
    condition: POWER,
  }),
  highestThroughput: ({ cell, requestsPerSec, meanMs, runs, requests }) => ({
    sentence: `只看吞吐量时（离线批处理），用 ${cell.connections} 个连接：${q.rate(requestsPerSec)} 请求/秒，平均延迟 ${q.duration(meanMs)}。`,
    evidence: `测试项 ${cellName(cell)}：${runs} 次运行，${q.whole(requests)} 个请求。`,
    condition: '吞吐量最高的测试项与建议的工作点不同时给出。',
  }),
  scaleOut: ({ level }) => ({
    sentence: `若要在这一延迟下超过 ${q.rate(level.requestsPerSec)} 请求/秒，请增加服务器，并让每台同时处理的请求不超过 ${level.connections} 个。多台服务器如何分担负载，这里没有测量。`,
    evidence: `${levelFigures(level)}。`,
    condition: '由建议的工作点推出。',
  }),
  watchRunning: ({ connections }) => ({
    sentence: `监控 vllm:num_requests_running：长时间高于 ${connections} 说明服务器已越过拐点。监控 vllm:num_requests_waiting：长时间大于 0 说明请求在排队。`,
    evidence: `拐点在 ${connections} 个连接处。`,
    condition: POWER,
  }),
  watchLatency: ({ cell, percentile, ms, requests }) => ({
    sentence: `监控端到端延迟的 ${percentile}（vllm:e2e_request_latency_seconds）：高于 ${q.duration(ms)} 即比拐点处更慢。`,
    evidence: `测试项 ${cellName(cell)}：${percentile} 为 ${q.duration(ms)}，每次运行 ${q.whole(requests)} 个请求。`,
    condition: '取拐点测试项的样本量所能支撑的最高百分位；仅适用于这种请求长度。',
  }),
  watchErrors: ({ limit }) => ({
    sentence: `监控失败请求的比例：高于 ${q.percent(limit)} 时，延迟数字已不能代表用户的体验。`,
    evidence: '这也是本工具判定一次运行无效的上限。',
    condition: '只要有有效运行就给出。',
  }),
  addConnections: ({ connections }) => ({
    sentence: `要估计容量，请增加测试项：--connections ${connections.join(',')}。`,
    evidence: '拟合至少需要四种连接数。',
    condition: '连接数种类不足时给出。',
  }),
  addRepeats: ({ wanted }) => ({
    sentence: `要把差异与偶然区分开，请把每个测试项运行 ${wanted} 次：--repeat ${wanted}。`,
    evidence: '每边至少三次运行才有置信区间。',
    condition: '有测试项的有效运行次数不足时给出。',
  }),
  addRequests: ({ wanted, seconds }) => ({
    sentence: `要让每个测试项都有 p99，请让每次运行持续 ${seconds} 秒以上。`,
    evidence: `p99 需要每次运行有 ${wanted} 个请求。`,
    condition: '有测试项的请求数不足时给出；时长按最慢的测试项计算。',
  }),
  addStream: () => ({
    sentence: '要看到首 token 延迟和逐 token 的时间，请录制或重放流式请求。',
    evidence: '这些运行中没有流式应答。',
    condition: '没有任何流式应答时给出。',
  }),
};
