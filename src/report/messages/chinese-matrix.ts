import type { englishMatrix } from './english-matrix.ts';

/** What stands in and below the table of tests, in Chinese. */
export const chineseMatrix: typeof englishMatrix = {
  header: {
    test: '测试',
    threads: '线程',
    connections: '连接',
    arrivals: '到达速率',
    valid: '有效',
  },
  title: (label, target) => `${label}：${target}`,
  yes: '是',
  no: '否',
  mediansOfAll: '多次运行均无效的测试项，数字取全部运行的中位数；请求数和错误数为各次之和。',
  medians: '多次运行的数字取有效运行的中位数；请求数和错误数为各次之和。',
  fewRequests: (p50, p90, p95, p99) =>
    `短横线表示请求数不足以给出该百分位：p50 需要 ${p50} 个，p90 需要 ${p90} 个，p95 需要 ${p95} 个，p99 需要 ${p99} 个。`,
  goodput: (limits) => `达标率（goodput）是满足 ${limits} 的请求所占的比例；错误算作不达标。`,
  limit: (name, time) => `${name} 不超过 ${time}`,
  errorKinds: (kinds) => `错误：${kinds}。`,
  errorKind: (name, count) => `${name}（${count} 次）`,
  aborts: '中断的请求是在录制时客户端离开的位置切断的：既不算错误，也不计入延迟。',
  retried: (n) => `有 ${n} 个请求因保持的连接已被关闭而重发过一次。`,
  countedChunks: '部分流式应答没有报告 usage，其 token 数按收到的数据块计，是下限。',
  otherTraffic: (id, cell, n) => `第 ${id} 号运行（${cell}）开始时，服务器正在处理他人的请求（${n} 个）。`,
  invalidRun: (id, cell, reasons) => `第 ${id} 号运行（${cell}）无效：${reasons}。`,
};
