/** Names of metrics and of servers' figures that are words; abbreviations stand as they are in every language. */
const NAMES: Readonly<Record<string, string>> = {
  'E2EL mean': 'E2EL 平均',
  'served tokens/s': '实际输出 token/秒',
  'served reqs/s': '实际完成请求/秒',
  'longest wait of the slowest 5 %': '最慢 5% 请求的最长等待',
  'prefix-cache hits': '前缀缓存命中率',
  'queue time': '排队时间',
  'prefill time': '预填充时间',
  'KV cache in use, at most': 'KV 缓存最高占用',
  'preemptions a run': '每次运行的抢占次数',
  'tokens a step': '每步 token 数',
};

/** A metric's name in Chinese; a cell before it stays, and so does a name that is not known. */
export function chineseMetric(title: string): string {
  const known = NAMES[title];
  if (known !== undefined) return known;
  const end = Object.keys(NAMES).find((name) => title.endsWith(` ${name}`));
  return end === undefined ? title : `${title.slice(0, -end.length)}${NAMES[end]}`;
}
