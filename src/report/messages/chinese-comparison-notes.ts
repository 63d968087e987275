import { chineseMetric } from './chinese-metrics.ts';
import { chineseReason } from './chinese-reasons.ts';

type Say = (...parts: readonly string[]) => string;

const ARMS: Readonly<Record<string, string>> = { baseline: '基线', candidate: '候选' };

/** `4.8 %` as Chinese writes it. */
const short = (text: string | undefined): string => (text ?? '').replaceAll(' %', '%');
const arm = (name: string | undefined): string => ARMS[name ?? ''] ?? '';
const metric = (title: string | undefined): string => chineseMetric(title ?? '');
const reasons = (text: string | undefined): string => (text ?? '').split('; ').map(chineseReason).join('；');

/** What a comparison notes stands in its JSON in English; each has its pattern and its Chinese. */
const NOTES: readonly (readonly [RegExp, Say])[] = [
  [/^accepted: (.+)$/s, (message) => `已接受：${chineseNote(message ?? '')}`],
  [
    /^stopped after (\d+) of (\d+) pairs: what they show is an estimate and no verdict$/,
    (made, of) => `${of} 对中只完成了 ${made} 对就被停止：所示仅为估计，不是结论`,
  ],
  [
    /^(.+) of the first side, repeated at the end, had changed by (.+), outside of (.+) to (.+) that its first runs allow: the machine has drifted$/,
    (title, by, low, high) =>
      `最后重复测量改动前一侧时，${metric(title)} 变化了 ${short(by)}，超出其最初各次运行所允许的 ${short(low)} 至 ${short(high)}：机器状态发生了漂移`,
  ],
  [
    /^answers had (.+) tokens before and (.+) after: E2EL and throughput are not compared; replay both sides with pinned lengths$/,
    (before, after) =>
      `应答平均长度改动前为 ${before} 个 token，改动后为 ${after} 个：不比较 E2EL 和吞吐；请两边都固定长度重放`,
  ],
  [/^run (\d+) is left out: (.+)$/s, (id, why) => `第 ${id} 号运行不计入：${reasons(why)}`],
  [
    /^all runs of (.+) were made at another time than those of (.+); \1 was repeated at the end, which shows a drift of the machine only if it is larger than its noise$/,
    (before, after) =>
      `${before} 的所有运行与 ${after} 的不在同一时间；${before} 在最后重复过，但只有超过噪声的漂移才看得出来`,
  ],
  [
    /^all runs of (.+) were made at another time than those of (.+): a change of the machine in between \(heat, neighbours, caches\) cannot be told from one of the server$/,
    (before, after) =>
      `${before} 的所有运行与 ${after} 的不在同一时间：其间机器的变化（温度、邻居负载、缓存）与服务器的变化无法区分`,
  ],
  [
    /^cell (.+) ran only (before|after) and is left out$/,
    (cell, when) => `测试项 ${cell} 只在改动${when === 'before' ? '前' : '后'}运行过，不计入`,
  ],
  [
    /^the (baseline|candidate) failed (.+) of its requests \((\d+) of (\d+)\), more than (.+)$/,
    (who, share, n, of, limit) =>
      `${arm(who)}有 ${short(share)} 的请求失败（${n}/${of}），超过 ${short(limit)}`,
  ],
  [
    /^for the same requests the baseline wrote (\d+) tokens and the candidate (\d+), (.+) apart, more than (.+): replay with pinned lengths$/,
    (a, b, apart, limit) =>
      `对同一批请求，基线输出 ${a} 个 token，候选输出 ${b} 个，相差 ${short(apart)}，超过 ${short(limit)}：请固定长度重放`,
  ],
  [
    /^the prefix cache held (.+) of the baseline's prompt tokens and (.+) of the candidate's, more than (.+) apart: salt or reset the caches$/,
    (a, b, limit) =>
      `前缀缓存命中基线提示 token 的 ${short(a)}、候选的 ${short(b)}，相差超过 ${short(limit)}：请给缓存加盐或清空缓存`,
  ],
  [
    /^(.+) of both arms drifted by (.+) from the first run to the last, more than (.+): let the machine settle and measure again$/,
    (title, by, limit) =>
      `从第一次运行到最后一次，两边的 ${metric(title)} 都漂移了 ${short(by)}，超过 ${short(limit)}：请等机器稳定后重测`,
  ],
  [
    /^the difference in (.+) itself moved by (.+) from the first pair to the last, more than the margin of (.+): one arm changes while it runs$/,
    (title, by, margin) =>
      `从第一对到最后一对，两边 ${metric(title)} 的差异本身移动了 ${short(by)}，超过 ${short(margin)} 的界限：其中一边在运行期间发生了变化`,
  ],
  [
    /^the baseline serves (.+) and the candidate (.+)$/s,
    (a, b) => `基线提供的模型是 ${a}，候选提供的是 ${b}`,
  ],
  [
    /^the (baseline|candidate)'s server (.+) (?:during run (\d+)|between runs (\d+) and (\d+))$/s,
    (who, what, during, from, to) =>
      `${arm(who)}的服务器${during === undefined ? `在第 ${from} 号与第 ${to} 号运行之间` : `在第 ${during} 号运行期间`}${restart(what ?? '')}`,
  ],
  [
    /^(.+) cannot be judged here, so (.+) is in its place$/,
    (key, title) => `这里无法判断 ${key}，改以 ${metric(title)} 代替`,
  ],
  [
    /^(\d+) of (\d+) pairs are valid, and a verdict wants (\d+) at least(?:; run (\d+), for example: (.+))?$/s,
    (valid, of, wanted, id, why) =>
      `${of} 对中只有 ${valid} 对有效，而下结论至少需要 ${wanted} 对${id === undefined ? '' : `；例如第 ${id} 号运行：${reasons(why)}`}`,
  ],
  [
    /^pairs? (.+) (?:is|are) left out, (?:its (baseline|candidate) \(run (\d+)\) is|runs (.+) are) not valid: (.+)$/s,
    (pairs, who, id, ids, why) =>
      `第 ${(pairs ?? '').replaceAll(', ', '、')} 对不计入：${who === undefined ? `第 ${(ids ?? '').replaceAll(', ', '、')} 号运行` : `其${arm(who)}（第 ${id} 号运行）`}无效：${reasons(why)}`,
  ],
  [
    /^(.+) is not settled: (\S+) to (.+)$/,
    (title, low, high) => `${metric(title)} 尚未确定：${low}% 至 ${short(high)}`,
  ],
];

function restart(what: string): string {
  const version = /^changed its version from (.+) to (.+)$/s.exec(what);
  if (version !== null) return `版本由 ${version[1]} 变为 ${version[2]}`;
  const counter = /\(its counter (.+) went down\)$/.exec(what);
  return counter === null ? '重启过（进程是新启动的）' : `重启过（计数器 ${counter[1]} 变小了）`;
}

/** A note of a comparison in Chinese; one that is not known stays as it is. */
export function chineseNote(note: string): string {
  for (const [pattern, say] of NOTES) {
    const match = pattern.exec(note);
    if (match !== null) return say(...match.slice(1));
  }
  return chineseReason(note);
}
