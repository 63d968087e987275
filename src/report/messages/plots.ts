import { counted } from './catalogue.ts';

/** Titles, axes and definitions of the plots. */
export const plots = {
  connections: { en: 'connections', zh: '连接数' },
  requestsPerSec: { en: 'requests/s', zh: '请求/秒' },
  latency: { en: 'latency', zh: '延迟' },
  meanLatency: { en: 'mean E2EL', zh: '平均端到端延迟' },
  shareAtMost: { en: 'share of requests up to this time', zh: '不超过该时间的请求比例' },
  percentile: { en: 'percentile', zh: '百分位' },
  cell: { en: 'load', zh: '测试项' },
  threads: { en: 'threads', zh: '线程数' },
  run: { en: 'run', zh: '运行' },
  requests: { en: 'requests', zh: '请求数' },
  time: { en: 'time in the run', zh: '运行时间' },
  inFlight: { en: 'in flight', zh: '在途请求' },
  tokensPerSec: { en: 'output tokens/s', zh: '输出 token/秒' },
  errors: { en: 'errors', zh: '错误数' },
  knee: { en: (connections: number) => `knee: ${connections}`, zh: (connections: number) => `拐点：${connections}` },
  tails: { en: 'The slowest requests', zh: '最慢的请求' },
  overTime: { en: 'Over time, load by load', zh: '各测试项的运行过程' },
  byRequest: { en: 'Request by request', zh: '逐个请求' },
  sendingEnded: { en: 'sending ended', zh: '停止发送' },
  cut: {
    en: (shown: number, of: number) => `The first ${shown} of ${of} loads are shown; select others with --run.`,
    zh: (shown: number, of: number) => `只画出 ${of} 个测试项中的前 ${shown} 个，其余可用 --run 选择。`,
  },
  load: {
    title: { en: 'Throughput and latency by connections', zh: '吞吐量与延迟随连接数的变化' },
    lead: { en: 'How much throughput each step to more connections gains, and what it costs in latency.', zh: '每增加一档连接数，吞吐量得到多少，延迟付出多少。' },
    definition: {
      en: ['Points are means over the valid runs of all loads with this number of connections.', 'The knee is the number of connections with the highest throughput ÷ mean latency.'],
      zh: ['每个点是该连接数下所有测试项的有效运行的平均。', '拐点取“吞吐量 ÷ 平均延迟”最大的连接数。'],
    },
    description: {
      en: (what: string, load: string, from: string, to: string) => `${what} by ${load}, from ${from} to ${to}.`,
      zh: (what: string, load: string, from: string, to: string) => `${what}随${load}的变化，从 ${from} 到 ${to}。`,
    },
    ttft: { en: 'TTFT p50', zh: 'TTFT p50' },
    runs: { en: 'runs', zh: '运行次数' },
    merged: {
      en: (cells: string) => `${cells} have the same connections and are one point. Whiskers end at the lowest and the highest run.`,
      zh: (cells: string) => `${cells} 的连接数相同，合为一个点。竖线两端为最低与最高的一次运行。`,
    },
  },
  curve: {
    title: { en: 'Load curve', zh: '负载曲线' },
    lead: { en: 'What each load serves, and how long a request then takes: right is more, up is slower.', zh: '每档负载的吞吐与相应的延迟：越靠右吞吐越高，越靠上越慢。' },
    definition: {
      en: ['A large point is a load, over its valid runs; small dots are the runs. Lines join the loads from low to high.', 'Served rates count each response by the part of its time that lies within the window.'],
      zh: ['大圆点是一档负载（其有效运行的平均），小圆点是各次运行；折线按负载从低到高连接。', '速率按每个响应落在窗口内的时间比例计数。'],
    },
    description: {
      en: (what: string, labels: number) => `${what} over the served rate of ${counted(labels, 'label')}.`,
      zh: (what: string, labels: number) => `${labels} 个标签的${what}与速率。`,
    },
    tokens: { en: 'served tokens/s', zh: '输出 token/秒' },
    e2el: { en: 'E2EL p50', zh: 'E2EL p50' },
    limit: { en: (time: string) => `limit ${time}`, zh: (time: string) => `上限 ${time}` },
  },
  shift: {
    title: { en: (load: string) => `Change by percentile at ${load}`, zh: (load: string) => `${load} 下各百分位的变化` },
    lead: { en: 'Whether the whole distribution moved or only its tail; the grey band is of no consequence.', zh: '整个分布都移动了，还是只有尾部；灰带为可忽略的变化。' },
    definition: {
      en: ['After ÷ before of the same percentile, geometric means over runs; whiskers are 95 % intervals over runs (Welch), where each label has three.', 'A percentile is drawn where each run has enough requests.'],
      zh: ['同一百分位改动后 ÷ 改动前，取各次运行的几何平均；竖线是按运行计算的 95% 置信区间（Welch），每个标签至少三次运行。', '每次运行的请求数都足够时才画出该百分位。'],
    },
    description: { en: (what: string, load: string) => `Change of ${what} by percentile at ${load}.`, zh: (what: string, load: string) => `${load} 下 ${what} 各百分位的变化。` },
  },
  trend: {
    title: { en: 'From label to label', zh: '各标签的走势' },
    lead: { en: 'Each judged metric in the order in which the labels were run, a line for each load.', zh: '按标签的运行顺序画出各项判定指标，每条线是一档负载。' },
    definition: { en: ['Geometric means over the valid runs of a label at a load.'], zh: ['取每个标签在每档负载下有效运行的几何平均。'] },
    description: { en: (what: string, labels: number) => `${what} of ${counted(labels, 'label')}.`, zh: (what: string, labels: number) => `${labels} 个标签的${what}。` },
    labels: { en: 'label', zh: '标签' },
  },
  arrivals: {
    title: { en: 'Response rate and response times by arrival rate', zh: '响应速率与含排队的响应时间随到达速率的变化' },
    lead: {
      en: 'Whether the server kept up with the arrivals, and how long requests took, waiting included.',
      zh: '服务器是否跟得上到达的请求，以及包含等待在内每个请求用了多久。',
    },
    definition: {
      en: [
        'Points are means over the valid runs of an open loop with this mean arrival rate.',
        'Response times count from the scheduled time. Responses after the window are not in the rate, so it is slightly below the arrival rate even when the server keeps up.',
      ],
      zh: ['每个点是开环中该平均到达速率下各次有效运行的平均。', '响应时间从计划发出的时刻算起。窗口之后的响应不计入速率，因此跟得上的服务器其速率也略低于到达速率。'],
    },
    perSec: { en: 'arrivals/s', zh: '每秒到达请求数' },
    meanLatency: { en: 'mean response time', zh: '含排队的平均响应时间' },
    ttft: { en: 'TTFT p50 (response)', zh: 'TTFT p50（响应）' },
  },
  distribution: {
    title: { en: (what: string) => `Distribution of ${what}`, zh: (what: string) => `${what} 的分布` },
    tailTitle: { en: (what: string) => `Tail of ${what}`, zh: (what: string) => `${what} 的尾部` },
    lead: { en: 'How many requests took how long: farther left is faster.', zh: '多少请求用了多长时间：越靠左越快。' },
    tailLead: { en: 'The same by percentile, the slowest requests stretched.', zh: '同样的数据按百分位展开，放大最慢的部分。' },
    sample: { en: 'n a run', zh: '每次样本数' },
    definition: {
      en: (n: string) => [
        `Successful requests, all valid runs of a load together: ${n} in total.`,
        'Shares are the empirical distribution function on a logarithmic time axis; the tail has the same values by percentile on a scale of 1 ÷ (1 − percentile).',
        'Points are drawn within 0.05 % of the measured values. A line is dotted beyond the last percentile for which each run has enough requests, the rule of the tables.',
      ],
      zh: (n: string) => [
        `成功的请求，同一测试项的有效运行合在一起，共 ${n} 个。`,
        '比例图是经验分布函数，时间轴为对数；尾部图把同样的值按百分位画在 1 ÷ (1 − 百分位) 的对数刻度上。',
        '图上的点与测量值相差不超过 0.05%。超出各次运行样本量所能支持的最高百分位后画成点线，与表格的规则相同。',
      ],
    },
    description: {
      en: (what: string, cells: number) => `${what} at ${counted(cells, 'load')} as cumulative shares.`,
      zh: (what: string, cells: number) => `${cells} 个测试项的 ${what} 累积比例。`,
    },
    tailDescription: {
      en: (what: string, cells: number) => `${what} at ${counted(cells, 'load')} by percentile.`,
      zh: (what: string, cells: number) => `${cells} 个测试项的 ${what} 按百分位排列。`,
    },
    tip: {
      en: (cell: string, share: string, value: string) => `${cell}: ${share} took at most ${value}`,
      zh: (cell: string, share: string, value: string) => `${cell}：${share} 的请求不超过 ${value}`,
    },
  },
  ttftItl: {
    title: { en: 'Time to first token against time per token', zh: '首 token 延迟与 token 间隔' },
    lead: { en: 'Each point is a request: farther right starts later, higher up generates slower.', zh: '每个点是一个请求：越靠右开始得越晚，越靠上输出得越慢。' },
    definition: {
      en: (shown: string, of: string) => [
        `A sample of ${shown} of ${of} successful streamed requests with two tokens or more, drawn at random but the same every time.`,
        'TTFT: from sending to the first token. ITL of a request: (last token − first token) ÷ (tokens − 1), which is its TPOT.',
      ],
      zh: (shown: string, of: string) => [
        `从 ${of} 个成功、至少两个 token 的流式请求中随机抽取 ${shown} 个，每次抽到的都相同。`,
        'TTFT：从发出请求到首 token。一个请求的 ITL：（末 token − 首 token）÷（token 数 − 1），即它的 TPOT。',
      ],
    },
    description: {
      en: (n: number) => `${n} requests, time to first token against mean inter-token latency.`,
      zh: (n: number) => `${n} 个请求的首 token 延迟与平均 token 间隔。`,
    },
    ttft: { en: 'TTFT', zh: 'TTFT' },
    itl: { en: 'mean ITL of the request (TPOT)', zh: '请求的平均 ITL（TPOT）' },
    tip: {
      en: (cell: string, seq: string, ttft: string, itl: string) => `${cell}, request ${seq}: TTFT ${ttft}, ITL ${itl}`,
      zh: (cell: string, seq: string, ttft: string, itl: string) => `${cell}，第 ${seq} 个请求：TTFT ${ttft}，ITL ${itl}`,
    },
    quarter: { en: 'quarter by TTFT', zh: '按 TTFT 分四组' },
    from: { en: 'TTFT from', zh: 'TTFT 起' },
    to: { en: 'to', zh: '止' },
    itlP50: { en: 'ITL p50', zh: 'ITL p50' },
  },
  heat: {
    title: { en: 'The matrix at a glance', zh: '矩阵一览' },
    lead: {
      en: 'The stronger the colour, the larger the value; compare along a row for connections, along a column for threads.',
      zh: '颜色越深数值越大；横看连接数的影响，竖看线程数的影响。',
    },
    definition: { en: ['Means over the valid runs of a load; the share of errors is over all its runs.'], zh: ['取测试项有效运行的平均；错误比例统计该测试项的全部运行。'] },
    description: {
      en: (what: string, cells: number) => `${what} at ${counted(cells, 'load')} by threads and connections.`,
      zh: (what: string, cells: number) => `${cells} 个测试项的${what}，按线程数和连接数排列。`,
    },
    changeLead: { en: 'The change from before to after at each load; grey is within the margin.', zh: '每档负载下从改动前到改动后的变化；灰色为可忽略的变化。' },
    rate: { en: 'requests/s', zh: '请求/秒' },
    mean: { en: 'mean E2EL', zh: '平均端到端延迟' },
    ttft: { en: 'TTFT p50', zh: 'TTFT p50' },
    errors: { en: 'failed requests', zh: '失败请求比例' },
    tip: {
      en: (cell: string, what: string, value: string) => `${cell}: ${what} ${value}`,
      zh: (cell: string, what: string, value: string) => `${cell}：${what} ${value}`,
    },
  },
  timeline: {
    title: { en: (cell: string) => `Over time: ${cell}`, zh: (cell: string) => `运行过程：${cell}` },
    ttft: { en: 'mean TTFT', zh: '平均 TTFT' },
    running: { en: 'running in the server', zh: '服务器中执行的请求' },
    waiting: { en: 'waiting in the server', zh: '服务器中排队的请求' },
    kvCache: { en: 'KV cache in use', zh: 'KV 缓存占用' },
    lead: { en: (runs: string) => `From the start to the last response (run ${runs}); the grey part was drained.`, zh: (runs: string) => `从开始到最后一个响应（第 ${runs} 号运行）；灰色部分为停止发送之后。` },
    definition: {
      en: (bin: string, runs: string) => [
        `The runs with the median throughput among the valid ones of a load, with their requests: ${runs}; bins of ${bin}.`,
        'In flight: mean number of requests between sent and finished. Output tokens: when the reads of a stream arrived; those of a non-streaming response are spread evenly over its service time. Mean TTFT: of the streams whose first token came in the bin. Errors: requests that ended in an error. Running, waiting, KV cache: as /metrics reported them at instants of the run; a line is broken where a page did not come.',
      ],
      zh: (bin: string, runs: string) => [
        `该测试项有效运行中吞吐量居中的一次及其请求数：${runs}；每 ${bin} 一段。`,
        '在途请求：处于发出与结束之间的平均请求数。输出 token：流式响应按收到的时刻计，非流式响应均匀分摊到其服务时间。平均 TTFT：首 token 落在该段内的流式响应。错误：在该段内以错误结束的请求。执行、排队与 KV 缓存：运行期间 /metrics 在各时刻的报告；没有取到时曲线断开。',
      ],
    },
    description: {
      en: (what: string, bins: number) => `${what} in ${bins} bins of time.`,
      zh: (what: string, bins: number) => `${what}，共 ${bins} 段。`,
    },
    tip: {
      en: (time: string, what: string, value: string) => `${time}: ${what} ${value}`,
      zh: (time: string, what: string, value: string) => `${time}：${what} ${value}`,
    },
  },
  recorded: {
    title: { en: 'Recorded and replayed', zh: '录制与重放对照' },
    lead: { en: 'Each point is a request: above the line the replay was slower than the recording.', zh: '每个点是一个请求：在线以上表示重放比录制时慢。' },
    definition: {
      en: (shown: string, of: string) => [
        `A sample of ${shown} of ${of} successful replayed requests, each with the timing of its recorded request.`,
        'Recorded: from arrival at the recorder to the end of the response. Replayed: from sending to the end. Load differed between the two, so the line is not an expectation.',
      ],
      zh: (shown: string, of: string) => [
        `从 ${of} 个成功的重放请求中抽取 ${shown} 个，各自与其录制时的时间对照。`,
        '录制：从请求到达录制代理到响应结束。重放：从发出请求到响应结束。两者的负载不同，因此这条线并不是期望值。',
      ],
    },
    description: { en: (n: number) => `${n} requests, recorded and replayed end-to-end latency.`, zh: (n: number) => `${n} 个请求的录制与重放端到端延迟。` },
    recorded: { en: 'recorded E2EL', zh: '录制时的端到端延迟' },
    replayed: { en: 'replayed E2EL', zh: '重放时的端到端延迟' },
    equal: { en: 'equal', zh: '相等' },
    tip: {
      en: (cell: string, seq: string, recorded: string, replayed: string) => `${cell}, request ${seq}: recorded ${recorded}, replayed ${replayed}`,
      zh: (cell: string, seq: string, recorded: string, replayed: string) => `${cell}，第 ${seq} 个请求：录制 ${recorded}，重放 ${replayed}`,
    },
    ratio: { en: (p: string) => `replayed ÷ recorded ${p}`, zh: (p: string) => `重放 ÷ 录制 ${p}` },
  },
  pairs: {
    lead: {
      en: 'Each dot is a pair of runs, the dashed line their mean change; the grey band is of no consequence. Dots that climb or fall show a difference that drifts.',
      zh: '每个点是一对运行，虚线是平均变化，灰带为可忽略的变化。点持续上升或下降说明差异在漂移。',
    },
    definition: {
      en: (pairs: number, level: string) => [`${counted(pairs, 'pair')}; the change of a pair is a ratio, after ÷ before. The table has the ${level} interval of each mean change.`],
      zh: (pairs: number, level: string) => [`共 ${pairs} 对；每对的变化是比值：改动后 ÷ 改动前。数据表列出各平均变化的 ${level} 置信区间。`],
    },
    description: {
      en: (metric: string, pairs: number) => `Change of ${metric} in each of ${counted(pairs, 'pair')}.`,
      zh: (metric: string, pairs: number) => `${pairs} 对运行中 ${metric} 的变化。`,
    },
    order: { en: 'pair, in the order of the session', zh: '运行对（按先后顺序）' },
    metric: { en: 'metric', zh: '指标' },
    estimate: { en: 'change', zh: '变化' },
    low: { en: 'from', zh: '区间下限' },
    high: { en: 'to', zh: '区间上限' },
    count: { en: 'pairs', zh: '对数' },
  },
};
