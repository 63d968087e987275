import { cellName } from '../../model/run.ts';
import type { CellQueueing, RunHits } from '../findings/server-evidence.ts';
import { QUANTITIES } from '../quantities.ts';
import type { englishServerSide } from './english-server-side.ts';

const q = QUANTITIES.zh;

const queues = (cells: readonly CellQueueing[]): string =>
  cells
    .map(({ cell, queueMs, share }) => `${cellName(cell)}：${q.duration(queueMs)}（${q.percent(share)}）`)
    .join('；');

const queueRule = (limit: number): string =>
  `运行首尾之间 vllm:request_queue_time_seconds 的均值 ÷ vllm:e2e_request_latency_seconds 的均值，取有效运行的中位数；达到 ${q.percent(limit)} 即为排队。`;

const ttft = ({ ttftMs }: RunHits): string => (ttftMs === null ? '' : `，TTFT p50 ${q.duration(ttftMs)}`);

/** What is found in the server's own figures, in Chinese. */
export const chineseServerSide: typeof englishServerSide = {
  queueing: ({ from, cells, limit }) => ({
    sentence: `从 ${cellName(from.cell)} 起请求在服务器内排队：开始执行前平均等待 ${q.duration(from.queueMs)}，占其在服务器内时间的 ${q.percent(from.share)}。`,
    evidence: `服务器自己统计的平均等待时间：${queues(cells)}。`,
    condition: queueRule(limit),
  }),
  noQueueing: ({ most, cells, limit }) => ({
    sentence: `请求没有在服务器内排队：开始执行前平均最多等待 ${q.duration(most.queueMs)}，占其在服务器内时间的 ${q.percent(most.share)}。`,
    evidence: `${cells} 个测试项中等待最长的是 ${cellName(most.cell)}。`,
    condition: queueRule(limit),
  }),
  preemptions: ({ cells }) => ({
    sentence: '服务器的 KV 缓存用尽：部分请求被抢占后重新计算，表现为流式输出中的停顿。',
    evidence: `抢占次数：${cells.map(({ cell, preemptions }) => `${cellName(cell)} ${q.whole(preemptions)} 次`).join('，')}。`,
    condition: '有效运行期间 vllm:num_preemptions_total 有增长。',
  }),
  prefixCache: ({ hitRate, range, hits, queries, unit }) => ({
    sentence: `服务器的前缀缓存命中了提示词的 ${q.portion(hitRate)}；这些数字适用于重复程度相同的流量。`,
    evidence: `${q.whole(queries)} 个${unit === 'tokens' ? ' token ' : '块'}中命中 ${q.whole(hits)} 个${range === null ? '' : `；最低为 ${cellName(range.low.cell)} 的 ${q.portion(range.low.hitRate)}，最高为 ${cellName(range.high.cell)} 的 ${q.portion(range.high.hitRate)}`}。`,
    condition: '有效运行首尾之间 vllm:prefix_cache_hits_total ÷ vllm:prefix_cache_queries_total。',
  }),
  prefixWarmed: ({ cell, first, last, margin }) => ({
    sentence: `${cellName(cell)} 的各次运行条件不同：前缀缓存命中率第一次为 ${q.portion(first.hitRate)}，最后一次为 ${q.portion(last.hitRate)}。请使用 --cache salt 或 --cache reset。`,
    evidence: `第 ${first.run} 号运行：${q.portion(first.hitRate)}${ttft(first)}；第 ${last.run} 号运行：${q.portion(last.hitRate)}${ttft(last)}。`,
    condition: `比较 --cache warm 下同一测试项的第一次和最后一次有效运行；命中率增长超过 ${q.percent(margin)} 时报告。`,
  }),
  causeUnknown: ({ asked }) => ({
    sentence: '仅凭这些数据无法判断服务器缺的是什么（算力、显存带宽、KV 缓存还是前端进程）。',
    evidence: asked ? '服务器没有给出能说明这一点的指标。' : '运行中没有保存服务器自身的指标。',
    condition: '没有任何有效运行带有服务器 /metrics 的排队时间时报告。',
  }),
};
