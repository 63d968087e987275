/** Reasons why exchanges are not replayed, as a run keeps them, with their Chinese. */
const SKIPS: ReadonlyMap<string, string> = new Map([
  ['not selected', '不在选择范围内'],
  ['beyond the limit', '超出数量上限'],
  ['not a POST to a known API', '不是发往已知接口的 POST'],
  ['request body not recorded', '请求正文没有录下'],
  ['request body truncated', '请求正文被截断'],
  ['request not received whole', '请求没有完整收到'],
  ['refused when recorded', '录制时被服务器拒绝'],
  ['aborted by its client', '被客户端中断'],
  ['continues an answer that the recorded server kept', '接续的应答只保存在录制时的服务器上'],
]);

/** Why a length was left to the model. */
const FREE_LENGTHS: ReadonlyMap<string, string> = new Map([
  ['the answer was not whole', '录制的应答不完整'],
  ['the server did not count the tokens', '服务器没有给出 token 数'],
  ['no token was generated', '没有生成 token'],
  ['several answers in one', '一个请求有多个应答'],
  ['structured output', '结构化输出'],
  ['a forced tool', '强制调用工具'],
  ['a stop string may have acted', '可能由停止字符串结束'],
]);

/** Changes of recorded requests; names of fields stay as they are. */
const CHANGES: readonly (readonly [RegExp, (part: string) => string])[] = [
  [/^length not pinned: (.+)$/, (why) => `未固定长度：${FREE_LENGTHS.get(why) ?? why}`],
  [/^body: (\w+) as recorded$/, (field) => `${field} 设为录制时的长度`],
  [/^body: (\w+) removed$/, (field) => `删除 ${field}`],
  [/^body: (\w+) lowered$/, (field) => `调低 ${field}`],
  [/^body: (\w+) on$/, (field) => `打开 ${field}`],
  [/^body: (\w+) off$/, (field) => `关闭 ${field}`],
  [/^body: model renamed$/, () => '替换模型名'],
  [/^body: cache_salt of the run and pass$/, () => '按运行和轮次设置 cache_salt'],
  [/^body: stream_options ask for final usage$/, () => 'stream_options 要求在末尾给出 usage'],
  [/^body: stream_options ask for continuous usage$/, () => 'stream_options 要求逐块给出 usage'],
];

/** A reason of the tape in Chinese; one that is not known stays as it is. */
export function chineseSkip(reason: string): string {
  return SKIPS.get(reason) ?? reason;
}

/** A change of the tape in Chinese; one that is not known stays as it is. */
export function chineseChange(change: string): string {
  for (const [pattern, say] of CHANGES) {
    const match = pattern.exec(change);
    if (match !== null) return say(match[1] ?? '');
  }
  return change;
}
