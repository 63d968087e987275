import { cellName } from '../../model/run.ts';
import type { CellQueueing, RunHits, ServerEvidence } from '../findings/finding.ts';
import { QUANTITIES } from '../quantities.ts';
import { counted, type FindingMessages } from './catalogue.ts';

const { en, zh } = QUANTITIES;

const queues = {
  en: (cells: readonly CellQueueing[]) => cells.map(({ cell, queueMs, share }) => `${cellName(cell)}: ${en.duration(queueMs)} (${en.percent(share)})`).join('; '),
  zh: (cells: readonly CellQueueing[]) => cells.map(({ cell, queueMs, share }) => `${cellName(cell)}：${zh.duration(queueMs)}（${zh.percent(share)}）`).join('；'),
};

const queueRule = {
  en: (limit: number) => `Mean of vllm:request_queue_time_seconds ÷ mean of vllm:e2e_request_latency_seconds over a run, mean over valid runs; requests count as queueing from ${en.percent(limit)}.`,
  zh: (limit: number) => `运行首尾之间 vllm:request_queue_time_seconds 的均值 ÷ vllm:e2e_request_latency_seconds 的均值，取有效运行的平均；达到 ${zh.percent(limit)} 即为排队。`,
};

const ttft = {
  en: ({ ttftMs }: RunHits) => (ttftMs === null ? '' : `, TTFT p50 ${en.duration(ttftMs)}`),
  zh: ({ ttftMs }: RunHits) => (ttftMs === null ? '' : `，TTFT p50 ${zh.duration(ttftMs)}`),
};

/** What is found in the server's own figures. */
export const SERVER_SIDE: FindingMessages<ServerEvidence> = {
  queueing: {
    sentence: {
      en: ({ from }) => `Requests queue in the server from ${cellName(from.cell)}: there they waited ${en.duration(from.queueMs)} on average before they ran, ${en.percent(from.share)} of their time in the server.`,
      zh: ({ from }) => `从 ${cellName(from.cell)} 起请求在服务器内排队：开始执行前平均等待 ${zh.duration(from.queueMs)}，占其在服务器内时间的 ${zh.percent(from.share)}。`,
    },
    evidence: { en: ({ cells }) => `Mean wait as reported by the server: ${queues.en(cells)}.`, zh: ({ cells }) => `服务器自己统计的平均等待时间：${queues.zh(cells)}。` },
    condition: { en: ({ limit }) => queueRule.en(limit), zh: ({ limit }) => queueRule.zh(limit) },
  },
  noQueueing: {
    sentence: {
      en: ({ most }) => `Requests did not queue in the server: they waited at most ${en.duration(most.queueMs)} on average before they ran, ${en.percent(most.share)} of their time in the server.`,
      zh: ({ most }) => `请求没有在服务器内排队：开始执行前平均最多等待 ${zh.duration(most.queueMs)}，占其在服务器内时间的 ${zh.percent(most.share)}。`,
    },
    evidence: { en: ({ most, cells }) => `The longest wait of ${counted(cells, 'load')}, at ${cellName(most.cell)}.`, zh: ({ most, cells }) => `${cells} 个测试项中等待最长的是 ${cellName(most.cell)}。` },
    condition: { en: ({ limit }) => queueRule.en(limit), zh: ({ limit }) => queueRule.zh(limit) },
  },
  serverClock: {
    sentence: {
      en: ({ serverMs, clientMs }) => `The server’s own times are not shown: it reports ${en.duration(serverMs)} for a request on average, its clients saw ${en.duration(clientMs)}.`,
      zh: ({ serverMs, clientMs }) => `不显示服务器自报的时间：服务器报告平均每个请求 ${zh.duration(serverMs)}，而客户端看到的是 ${zh.duration(clientMs)}。`,
    },
    evidence: {
      en: ({ cell }) => `First seen at ${cellName(cell)}. The server runs on another clock, as a simulator with a time scale does, or counts other requests too.`,
      zh: ({ cell }) => `最先见于 ${cellName(cell)}。服务器使用另一个时钟（例如带时间倍率的模拟器），或者还统计了其他请求。`,
    },
    condition: {
      en: ({ limit }) => `The mean of vllm:e2e_request_latency_seconds is more than ${en.times(limit)} times the mean E2EL; means over valid runs.`,
      zh: ({ limit }) => `vllm:e2e_request_latency_seconds 的均值超过 E2EL 均值的 ${zh.times(limit)} 倍；取有效运行的平均。`,
    },
  },
  preemptions: {
    sentence: {
      en: 'The server ran out of KV cache: it preempted requests and recomputed them, which appears as gaps in their streams.',
      zh: '服务器的 KV 缓存用尽：部分请求被抢占后重新计算，表现为流式输出中的停顿。',
    },
    evidence: {
      en: ({ cells }) => `Preemptions: ${cells.map(({ cell, preemptions }) => `${cellName(cell)} ${en.whole(preemptions)}`).join(', ')}.`,
      zh: ({ cells }) => `抢占次数：${cells.map(({ cell, preemptions }) => `${cellName(cell)} ${zh.whole(preemptions)} 次`).join('，')}。`,
    },
    condition: { en: 'vllm:num_preemptions_total rose during a valid run.', zh: '有效运行期间 vllm:num_preemptions_total 有增长。' },
  },
  prefixCache: {
    sentence: {
      en: ({ hitRate, unit }) => `The server’s prefix cache served ${en.portion(hitRate)} of the prompt ${unit}; the figures hold for traffic with as much repetition.`,
      zh: ({ hitRate }) => `服务器的前缀缓存命中了提示词的 ${zh.portion(hitRate)}；这些数字适用于重复程度相同的流量。`,
    },
    evidence: {
      en: ({ range, hits, queries, unit }) =>
        `${en.whole(hits)} of ${en.whole(queries)} ${unit}${range === null ? '' : `; from ${en.portion(range.low.hitRate)} at ${cellName(range.low.cell)} to ${en.portion(range.high.hitRate)} at ${cellName(range.high.cell)}`}.`,
      zh: ({ range, hits, queries, unit }) =>
        `${zh.whole(queries)} 个${unit === 'tokens' ? ' token ' : '块'}中命中 ${zh.whole(hits)} 个${range === null ? '' : `；最低为 ${cellName(range.low.cell)} 的 ${zh.portion(range.low.hitRate)}，最高为 ${cellName(range.high.cell)} 的 ${zh.portion(range.high.hitRate)}`}。`,
    },
    condition: { en: 'vllm:prefix_cache_hits_total ÷ vllm:prefix_cache_queries_total over valid runs.', zh: '有效运行首尾之间 vllm:prefix_cache_hits_total ÷ vllm:prefix_cache_queries_total。' },
  },
  prefixWarmed: {
    sentence: {
      en: ({ cell, first, last }) =>
        `Runs of ${cellName(cell)} are not comparable: the last found ${en.portion(last.hitRate)} in the prefix cache, the first ${en.portion(first.hitRate)}. Use --cache salt or --cache reset.`,
      zh: ({ cell, first, last }) => `${cellName(cell)} 的各次运行条件不同：前缀缓存命中率第一次为 ${zh.portion(first.hitRate)}，最后一次为 ${zh.portion(last.hitRate)}。请使用 --cache salt 或 --cache reset。`,
    },
    evidence: {
      en: ({ first, last }) => `Run ${first.run}: ${en.portion(first.hitRate)}${ttft.en(first)}; run ${last.run}: ${en.portion(last.hitRate)}${ttft.en(last)}.`,
      zh: ({ first, last }) => `第 ${first.run} 号运行：${zh.portion(first.hitRate)}${ttft.zh(first)}；第 ${last.run} 号运行：${zh.portion(last.hitRate)}${ttft.zh(last)}。`,
    },
    condition: {
      en: ({ margin }) => `First and last valid run of a load with --cache warm; reported when hits grew by more than ${en.percent(margin)} of the prompts.`,
      zh: ({ margin }) => `比较 --cache warm 下同一测试项的第一次和最后一次有效运行；命中率增长超过 ${zh.percent(margin)} 时报告。`,
    },
  },
  causeUnknown: {
    sentence: {
      en: 'Which resource limited the server (compute, memory bandwidth, KV cache, front end) cannot be determined from these data.',
      zh: '仅凭这些数据无法判断服务器缺的是什么（算力、显存带宽、KV 缓存还是前端进程）。',
    },
    evidence: {
      en: ({ asked }) => (asked ? 'The server exposes no metrics that would show it.' : 'The server’s own metrics were not stored with the runs.'),
      zh: ({ asked }) => (asked ? '服务器没有给出能说明这一点的指标。' : '运行中没有保存服务器自身的指标。'),
    },
    condition: { en: 'Reported when no valid run has queue times from the server’s /metrics.', zh: '没有任何有效运行带有服务器 /metrics 的排队时间时报告。' },
  },
};
