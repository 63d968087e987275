import { QUANTITIES } from '../quantities.ts';
import { chineseComparison } from './chinese-comparison.ts';
import { chineseEnvironment } from './chinese-environment.ts';
import { chineseFindings } from './chinese-findings.ts';
import { chineseMatrix } from './chinese-matrix.ts';
import { chinesePlots } from './chinese-plots.ts';
import { chineseTraffic } from './chinese-traffic.ts';
import type { english } from './english.ts';

/** Everything that a report for people says, in Chinese. */
export const chinese: typeof english = {
  language: 'zh',
  quantities: QUANTITIES.zh,
  findings: chineseFindings,
  plots: chinesePlots,
  traffic: chineseTraffic,
  matrix: chineseMatrix,
  comparison: chineseComparison,
  latencies: {
    title: (runs) => `各项延迟：${runs}`,
    cell: '测试项',
    latency: '延迟',
    mean: '平均',
    max: '最大',
    values: '样本数',
  },
  comma: '、',
  clause: '，',
  semicolon: '；',
  colon: '：',
  page: {
    title: (model, target) => (model === null ? `${target} 压测报告` : `${model} 压测报告（${target}）`),
    labelTitle: (label, target) => `标签为 ${label} 的运行，目标 ${target}`,
    summary: (runs, valid, requests, from) =>
      runs === 1
        ? `1 次运行，${valid === 1 ? '有效' : '无效'}，${requests} 个请求；开始于 ${from}。`
        : `共 ${runs} 次运行，其中 ${valid} 次有效，${requests} 个请求；最早一次开始于 ${from}。`,
    noRuns: '没有可以报告的运行。',
    noRequests: '没有请求得到应答，因此没有图可画。',
    inShort: '结论摘要',
    environment: '测试环境与配置',
    tests: '测试结果',
    plots: '图表',
    findings: '关键发现',
    limits: '这些数据无法说明的问题',
    recommendations: '建议',
    rawWrk: '每次运行的 wrk 原始输出',
    rawWrkNote:
      '由同样的结果按 wrk 4.2.0 的算法得出：结束时仍在途的请求不计，延迟做过协同遗漏（coordinated omission）修正。',
    runTitle: (id, cell, repeat) => `第 ${id} 号运行：${cell}，第 ${repeat} 次`,
    definitions: '指标定义',
    evidence: '依据',
    condition: '规则',
    details: '依据与规则',
    definitionOf: '定义与样本',
    tableOf: '数据表',
    contents: '目录',
    skip: '跳到正文',
    generatedBy: (version) => `由 reprise ${version} 生成。`,
    offline: '本页不从任何地方加载内容。',
  },
  environment: chineseEnvironment,
  definitions: [
    ['E2EL', '端到端延迟：从发出请求到应答结束'],
    ['TTFT', '首 token 延迟：从发出请求到第一次读到生成的文本；仅限流式应答'],
    ['TPOT', '每个输出 token 的时间：（末 token − 首 token）÷（token 数 − 1）；仅限流式应答'],
    [
      'ITL',
      'token 间隔：两次带有 token 的读取之间的时间，所有请求合在一起；逐 token 时由一次读取中的各个 token 平分该间隔',
    ],
    ['响应时间', '从计划发出的时刻到应答结束（或首 token），包含等待'],
    ['滞后', '开环中从计划发出的时刻到实际发出'],
    ['达标率', '满足 --slo 全部目标的请求所占的比例（goodput）'],
    ['请求/秒', '窗口内完成的应答数 ÷ 窗口时长'],
    ['输出 token/秒', '这些应答的 token 数 ÷ 窗口时长'],
    ['窗口', '从开始到停止发送；此时仍在途的请求会等到结束，计入延迟，不计入速率'],
    ['百分位', '按最近秩取值，即真实测得的某个值；样本量不足时不打印'],
    ['有效', '没有迹象表明数字是由发压端而不是服务器造成的'],
    ['测试项', '线程数 × 连接数，线程只是对连接分组，与 wrk 相同；开环中为到达速率'],
  ],
};
