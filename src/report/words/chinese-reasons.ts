/** Reasons why a run is not valid stand on the tape in English; each has its pattern and its Chinese. */
const REASONS: readonly (readonly [RegExp, (...parts: readonly string[]) => string])[] = [
  [/^it was stopped early, after (.+) s$/, (s) => `运行在 ${s} 秒后被提前停止`],
  [/^no request was sent$/, () => '没有发出任何请求'],
  [/^no request ended ok$/, () => '没有请求成功'],
  [
    /^(\d+) of (\d+) requests failed, more than (.+) %$/,
    (n, of, limit) => `${of} 个请求中有 ${n} 个失败，超过 ${limit}%`,
  ],
  [/^only (\d+) of (\d+) connections were open$/, (n, of) => `${of} 个连接中只打开了 ${n} 个`],
  [
    /^connections held a request (.+) % of the time, less than (.+) %$/,
    (share, limit) => `连接只有 ${share}% 的时间在处理请求，低于 ${limit}%`,
  ],
  [
    /^the sender's event loop was busy (.+) % of the time, more than (.+) %$/,
    (share, limit) => `发压端的事件循环有 ${share}% 的时间处于忙碌，超过 ${limit}%`,
  ],
  [
    /^the sender's event loop was (.+) ms late \(p99\), more than (.+) ms$/,
    (ms, limit) => `发压端的事件循环延迟 p99 为 ${ms} ms，超过 ${limit} ms`,
  ],
  [/^(\d+) results could not be written to the tape$/, (n) => `有 ${n} 个结果未能写入磁带`],
  [/^the run did not end: its process died$/, () => '运行没有结束：其进程已退出'],
];

/** A reason of the tape in Chinese; one that is not known stays as it is. */
export function chineseReason(reason: string): string {
  for (const [pattern, say] of REASONS) {
    const match = pattern.exec(reason);
    if (match !== null) return say(...match.slice(1));
  }
  return reason;
}
