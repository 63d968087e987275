/** What a reason of the tape says to do. */
const MORE_WORKERS = String.raw`: try --workers (\d+) or a machine with less other work`;

/** Reasons why a run is not valid stand on the tape in English; each has its pattern and its Chinese. */
const REASONS: readonly (readonly [RegExp, (...parts: readonly string[]) => string])[] = [
  [/^it was stopped early, after (.+) s$/, (s) => `运行在 ${s} 秒后被提前停止`],
  [/^no request was sent$/, () => '没有发出任何请求'],
  [/^no request ended ok$/, () => '没有请求成功'],
  [
    /^(\d+) of (\d+) requests failed, more than (.+?) %(?:, most often with (.+))?$/s,
    (n, of, limit, kind) =>
      `${of} 个请求中有 ${n} 个失败，超过 ${limit}%${kind === undefined ? '' : `，最多的是 ${kind}`}`,
  ],
  [
    /^the server was restarted while it ran, so it was not one server: run it again$/,
    () => '服务器在运行期间重启过，前后不是同一个进程：请重新运行',
  ],
  [
    /^only (\d+) of (\d+) connections were open(: look for a limit here \(ulimit -n\), at the server or between)?$/,
    (n, of, advice) =>
      `${of} 个连接中只打开了 ${n} 个${advice === undefined ? '' : '：请检查本机（ulimit -n）、服务器或两者之间的上限'}`,
  ],
  [
    withAdvice(/^connections held a request (.+) % of the time, less than (.+) %/),
    (share, limit, workers) => `连接只有 ${share}% 的时间在处理请求，低于 ${limit}%${moreWorkers(workers)}`,
  ],
  [
    withAdvice(/^the sender's event loop was busy (.+) % of the time, more than (.+) %/),
    (share, limit, workers) =>
      `发压端的事件循环有 ${share}% 的时间处于忙碌，超过 ${limit}%${moreWorkers(workers)}`,
  ],
  [
    withAdvice(/^the sender's event loop was (.+) ms late \(p99\), more than (.+) ms/),
    (ms, limit, workers) => `发压端的事件循环延迟 p99 为 ${ms} ms，超过 ${limit} ms${moreWorkers(workers)}`,
  ],
  [
    withAdvice(/^requests left (.+) ms behind their plan \(p99\), more than (.+) ms/),
    (ms, limit, workers) =>
      `请求发出的时间比计划滞后，p99 为 ${ms} ms，超过 ${limit} ms${moreWorkers(workers)}`,
  ],
  [
    /^(\d+) of (\d+) requests had to wait for others, more than (.+) %, so the loop was not open: raise --max-in-flight or lower the rate$/,
    (n, of, limit) =>
      `${of} 个请求中有 ${n} 个因在途上限而等待，超过 ${limit}%，已不是开环：请调高 --max-in-flight 或降低速率`,
  ],
  [
    /^the last connection began to send after (.+) ms, more than (.+) ms: give a longer --duration or fewer connections$/,
    (ms, limit) => `最后一个连接在 ${ms} ms 后才开始发送，超过 ${limit} ms：请加长 --duration 或减少连接数`,
  ],
  [
    /^answers came until (.+) s after sending ended, longer than the window of (.+) s, so that rates stand on less than half of the work: give a longer --duration$/,
    (s, window) =>
      `停止发送后 ${s} 秒仍有应答，比 ${window} 秒的窗口还长，速率只反映不到一半的工作量：请加长 --duration`,
  ],
  [/^(\d+) results could not be written to the tape$/, (n) => `有 ${n} 个结果未能写入磁带`],
  [/^the run did not end: its process died$/, () => '运行没有结束：其进程已退出'],
];

/** Tapes of the first version have the figures without the advice. */
function withAdvice({ source }: RegExp): RegExp {
  return new RegExp(`${source}(?:${MORE_WORKERS})?$`);
}

function moreWorkers(workers: string | undefined): string {
  return workers === undefined ? '' : `：请试 --workers ${workers}，或换一台较空闲的机器`;
}

/** A reason of the tape in Chinese; one that is not known stays as it is. */
export function chineseReason(reason: string): string {
  for (const [pattern, say] of REASONS) {
    const match = pattern.exec(reason);
    if (match !== null) return say(...match.slice(1));
  }
  return reason;
}
