import { CHINESE_QUANTITIES } from '../quantities.ts';
import { chineseFindings } from './chinese-findings.ts';
import { chineseMatrix } from './chinese-matrix.ts';
import { chinesePlots } from './chinese-plots.ts';
import { chineseReason } from './chinese-reasons.ts';
import { chineseTraffic } from './chinese-traffic.ts';
import type { Words } from './english.ts';

/** Everything that a report for people says, in Chinese. */
export const chinese: Words = {
  language: 'zh',
  quantities: CHINESE_QUANTITIES,
  findings: chineseFindings,
  plots: chinesePlots,
  traffic: chineseTraffic,
  matrix: chineseMatrix,
  comma: '、',
  semicolon: '；',
  colon: '：',
  reason: chineseReason,
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
  environment: {
    server: '服务器',
    version: '版本',
    model: '模型',
    modelWithLength: (id, tokens) => `${id}（上下文 ${tokens} token）`,
    flags: '服务器设置',
    gpu: 'GPU',
    gpus: (n, name) => (n === 1 ? name : `${n} × ${name}`),
    driver: '驱动',
    command: '服务器命令的输出',
    client: '压测机',
    tape: '磁带',
    traffic: '流量',
    exchanges: (n) =>
      n === 1 ? '1 个录制的请求，反复重放' : `${n.toLocaleString('en-US')} 个录制的请求，按录制顺序循环重放`,
    skipped: (n, reason) => `略去 ${n} 个：${reason}`,
    load: '负载',
    closedLoop: '闭环：每个连接在上一个应答结束后才发送下一个请求',
    duration: (time) => `每次运行 ${time}`,
    requests: (n) => `每次运行 ${n} 个请求`,
    timeout: (time) => `超时 ${time}`,
    seed: '随机种子',
    noSeed: '无：闭环中没有随机成分',
    runs: '运行时间',
    started: (from, to) => (from === to ? from : `${from} 至 ${to}`),
    tool: '工具',
    commandLine: '命令行',
    unknown: '未保存',
    unknownGpu: '未保存：录制时加 --server-command "nvidia-smi -q" 即可记录',
    noFlags: '服务器未提供：设置 VLLM_SERVER_DEV_MODE=1 后可由 /server_info 得到',
  },
  definitions: [
    ['E2EL', '端到端延迟：从发出请求到应答结束'],
    ['TTFT', '首 token 延迟：从发出请求到第一次读到生成的文本；仅限流式应答'],
    ['TPOT', '每个输出 token 的时间：（末 token − 首 token）÷（token 数 − 1）；仅限流式应答'],
    ['ITL', 'token 间隔：两次带有 token 的读取之间的时间，所有请求合在一起'],
    ['请求/秒', '窗口内完成的应答数 ÷ 窗口时长'],
    ['输出 token/秒', '这些应答的 token 数 ÷ 窗口时长'],
    ['窗口', '从开始到停止发送；此时仍在途的请求会等到结束，计入延迟，不计入速率'],
    ['百分位', '按最近秩取值，即真实测得的某个值；样本量不足时不打印'],
    ['有效', '没有迹象表明数字是由发压端而不是服务器造成的'],
    ['测试项', '线程数 × 连接数；线程只是对连接分组，与 wrk 相同'],
  ],
};
