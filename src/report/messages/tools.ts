import { counted } from './catalogue.ts';

const left = (n: number): string => (n === 1 ? 'is left out' : 'are left out');

/** What is said beside the figures of other tools, and below what wrk would have printed. */
export const tools = {
  about: {
    en: (id: number, label: string, cell: string, target: string, tool: string) => `Run ${id} (${label}, ${cell}, ${target}) by the definitions of ${tool}, from the stored chunk times:`,
    zh: (id: number, label: string, cell: string, target: string, tool: string) => `第 ${id} 号运行（${label}，${cell}，${target}），由保存的数据块时间按 ${tool} 的定义计算：`,
  },
  cut: {
    en: (n: number) => `${counted(n, 'request')} cut as recorded ${left(n)}: the tool has no aborts.`,
    zh: (n: number) => `${n} 个按录制中断的请求不计入：该工具没有中断。`,
  },
  nonStreaming: {
    en: (n: number) => `${counted(n, 'non-streaming response')} ${left(n)}: the tool requests streams only.`,
    zh: (n: number) => `${n} 个非流式响应不计入：该工具只请求流式响应。`,
  },
  countedTokens: {
    en: (n: number) => `${counted(n, 'response')} reported no usage: events are counted instead, where the tool counts tokens itself.`,
    zh: (n: number) => `${n} 个响应没有报告 usage：以事件数代替，而该工具会自行统计 token。`,
  },
  wrk: {
    footnote: { en: (facts: string) => `Not by wrk: ${facts}.`, zh: (facts: string) => `与 wrk 的不同：${facts}。` },
    openLoop: { en: 'the loop was open, which wrk does not have', zh: '这是开环，而 wrk 没有开环' },
    drained: {
      en: (n: number) => `${counted(n, 'request')} in flight at the end ${left(n)}, as wrk does`,
      zh: (n: number) => `结束时在途的 ${n} 个请求不计入，与 wrk 相同`,
    },
    aborted: { en: (n: number) => `${counted(n, 'request')} cut as recorded ${left(n)}`, zh: (n: number) => `${n} 个按录制中断的请求不计入` },
    timeout: {
      en: 'requests over the timeout were ended, where wrk keeps waiting and counts them',
      zh: '超时的请求被结束，而 wrk 会继续等待并计入',
    },
    corrected: {
      en: (average: string) => `latencies are corrected for coordinated omission, as in wrk: without the correction, Avg is ${average}`,
      zh: (average: string) => `延迟按 wrk 的方式做了协同遗漏（coordinated omission）修正：不修正时 Avg 为 ${average}`,
    },
    notCorrected: { en: 'no latency was long enough for wrk’s correction', zh: '没有延迟长到需要 wrk 的修正' },
  },
};
