/** What is said of where and how runs were made. */
export const environment = {
  server: { en: 'server', zh: '服务器' },
  version: { en: 'version', zh: '版本' },
  model: { en: 'model', zh: '模型' },
  modelWithLength: {
    en: (id: string, tokens: string) => `${id} (context of ${tokens} tokens)`,
    zh: (id: string, tokens: string) => `${id}（上下文 ${tokens} token）`,
  },
  flags: { en: 'settings', zh: '服务器设置' },
  gpu: { en: 'GPU', zh: 'GPU' },
  gpus: {
    en: (n: number, name: string) => (n === 1 ? name : `${n} × ${name}`),
    zh: (n: number, name: string) => (n === 1 ? name : `${n} × ${name}`),
  },
  asRecorded: {
    en: (text: string, when: string) => `${text} (as seen by the recorder, ${when})`,
    zh: (text: string, when: string) => `${text}（录制时所见，${when}）`,
  },
  driver: { en: 'driver', zh: '驱动' },
  command: { en: "server command's output", zh: '服务器命令的输出' },
  client: { en: 'client machine', zh: '压测机' },
  clientOf: {
    en: (machine: string, workers: string) => `${machine}; sent from ${workers}`,
    zh: (machine: string, workers: string) => `${machine}；${workers}发送`,
  },
  workers: { en: (n: number) => (n === 1 ? '1 thread' : `${n} threads`), zh: (n: number) => `${n} 个线程` },
  shards: { en: 'sent by', zh: '发送进程' },
  shardOf: {
    en: (number: number, of: number) => `shard ${number} of ${of}, so this is a part of a run: merge the parts of all shards`,
    zh: (number: number, of: number) => `${of} 个分片中的 ${number} 号，只是一次运行的一部分：请合并所有分片的文件`,
  },
  shardsOf: {
    en: (n: number, skew: string) => `${n} processes, whose starts were up to ${skew} apart`,
    zh: (n: number, skew: string) => `${n} 个进程，开始时间最多相差 ${skew}`,
  },
  tape: { en: 'tape', zh: '录制文件' },
  traffic: { en: 'traffic', zh: '流量' },
  exchanges: { en: (n: string) => (n === '1' ? '1 recorded request' : `${n} recorded requests`), zh: (n: string) => `${n} 个录制的请求` },
  conversations: { en: (n: string) => (n === '1' ? 'in 1 conversation' : `in ${n} conversations`), zh: (n: string) => `分属 ${n} 个对话` },
  order: {
    recorded: { en: 'in recorded order', zh: '按录制顺序' },
    shuffled: { en: 'in shuffled order', zh: '打乱顺序' },
  },
  passes: {
    loop: { en: 'repeatedly', zh: '循环重放' },
    once: { en: 'once', zh: '重放一遍' },
  },
  changes: { en: 'changed bytes', zh: '改动的内容' },
  lengths: {
    pinned: { en: 'response lengths as recorded, where that is safe', zh: '在不影响正确性的前提下，响应长度与录制时相同' },
    free: { en: 'response lengths left to the model', zh: '响应长度由模型决定' },
  },
  load: { en: 'load', zh: '负载' },
  closedLoop: {
    drain: { en: 'closed loop: each connection sends its next request when its last response has ended', zh: '闭环：每个连接在上一个响应结束后才发送下一个请求' },
    wrk: { en: 'closed loop with wrk semantics: requests in flight at the end are dropped', zh: '按 wrk 语义的闭环：结束时仍在途的请求被丢弃' },
  },
  arrivals: {
    recorded: {
      en: (scale: string) => (scale === '1' ? 'open loop: arrivals as recorded' : `open loop: arrivals as recorded, sped up by a factor of ${scale}`),
      zh: (scale: string) => (scale === '1' ? '开环：按录制时的到达时间' : `开环：按录制时的到达时间，速度为 ${scale} 倍`),
    },
    constant: { en: 'open loop: arrivals at equal intervals', zh: '开环：等间隔到达' },
    poisson: { en: 'open loop: Poisson arrivals', zh: '开环：泊松到达' },
    gamma: { en: (cv: string) => `open loop: gamma arrivals with a coefficient of variation of ${cv}`, zh: (cv: string) => `开环：伽马分布到达，变异系数 ${cv}` },
  },
  maxInFlight: { en: (n: string) => `at most ${n} in flight`, zh: (n: string) => `最多 ${n} 个在途` },
  think: {
    recorded: { en: 'next turns after the recorded think time', zh: '后续轮次按录制时的思考时间发送' },
    fixed: { en: (time: string) => `next turns ${time} after the response before them`, zh: (time: string) => `后续轮次在上一个响应后 ${time} 发送` },
  },
  aborts: {
    ignore: { en: 'requests whose clients had disconnected skipped', zh: '跳过录制时客户端已断开的请求' },
    complete: { en: 'requests whose clients had disconnected read to the end', zh: '录制时客户端已断开的请求读到结束' },
  },
  warmup: {
    requests: { en: (n: string) => `warm-up of ${n} requests`, zh: (n: string) => `预热 ${n} 个请求` },
    time: { en: (time: string) => `warm-up of ${time}`, zh: (time: string) => `预热 ${time}` },
  },
  duration: { en: (time: string) => `${time} per run`, zh: (time: string) => `每次运行 ${time}` },
  requests: { en: (n: string) => (n === '1' ? '1 request per run' : `${n} requests per run`), zh: (n: string) => `每次运行 ${n} 个请求` },
  wholeTape: { en: 'to the end of the tape', zh: '直到录制文件结束' },
  timeout: { en: (time: string) => `timeout ${time}`, zh: (time: string) => `超时 ${time}` },
  cache: { en: 'prefix cache', zh: '前缀缓存' },
  caches: {
    warm: { en: 'as earlier runs left it', zh: '不清空，沿用之前运行留下的缓存' },
    salt: { en: 'salted: nothing shared with other runs or passes', zh: '加盐：与其他运行和其他轮次互不共享' },
    reset: { en: 'reset before each run', zh: '每次运行前清空' },
  },
  refused: { en: (reason: string) => `not reset: ${reason}`, zh: (reason: string) => `未能清空：${reason}` },
  seed: { en: 'seed', zh: '随机种子' },
  runs: { en: 'runs', zh: '运行时间' },
  started: {
    en: (from: string, to: string) => (from === to ? from : `${from} to ${to}`),
    zh: (from: string, to: string) => (from === to ? from : `${from} 至 ${to}`),
  },
  tool: { en: 'tool', zh: '工具' },
  commandLine: { en: 'command line', zh: '命令行' },
  importedFrom: { en: 'results of', zh: '结果来源' },
  unknown: { en: 'not stored', zh: '未保存' },
  unknownGpu: { en: 'not stored: record with --server-command "nvidia-smi -q" to store it', zh: '未保存：录制时加 --server-command "nvidia-smi -q" 即可记录' },
  noFlags: { en: 'not reported by the server: VLLM_SERVER_DEV_MODE=1 enables /server_info', zh: '服务器未提供：设置 VLLM_SERVER_DEV_MODE=1 后可由 /server_info 得到' },
};
