/**
 * Makes docs/examples anew: the public A40 benchmark on the simulator, each cell three times, and its report in Chinese.
 * On the real clock it takes a quarter of an hour.
 *
 *   node test/bench/a40-report.ts [--time-scale 1] [--duration 60s] [--tape FILE]
 *
 * With --tape FILE the tape is kept there; when it is there already, it is reported on and nothing is run.
 */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { A40_BENCHMARK } from '../helpers/a40-benchmark.ts';
import { httpCall } from '../helpers/http-call.ts';
import { REFERENCE_REQUEST } from '../helpers/quick-simulator.ts';
import { runCli, startCli } from '../helpers/run-cli.ts';

const EXAMPLES = fileURLToPath(new URL('../../docs/examples/', import.meta.url));

const { values: options } = parseArgs({
  options: {
    'time-scale': { type: 'string', default: '1' },
    duration: { type: 'string', default: '60s' },
    tape: { type: 'string' },
  },
});

/** The tape's name as the report shows it. */
const TAPE = 'recordings/a40.sqlite';

/** `simulate`, `record` of one reference request, `replay` of the matrix: as a user would. */
async function makeTape(folder: string): Promise<void> {
  const server = startCli(
    ['simulate', '--profile', 'a40-14b', '--listen', '127.0.0.1:0', '--time-scale', options['time-scale']],
    { withinMs: 0 },
  );
  try {
    const target = await server.says(/listens on (\S+)/);
    const recorder = startCli(['record', '--upstream', target, '--listen', '127.0.0.1:0', '--out', TAPE], {
      cwd: folder,
    });
    const url = await recorder.says(/send clients to (\S+),/);
    await httpCall(new URL('/v1/chat/completions', url), REFERENCE_REQUEST);
    recorder.interrupt();
    await recorder.ended;
    const matrix = A40_BENCHMARK.map(({ threads, connections }) => `${threads}x${connections}`).join();
    const replay = ['replay', TAPE, '--target', target, '--matrix', matrix, '--duration', options.duration];
    const end = await startCli([...replay, '--repeat', '3', '--label', 'a40'], { cwd: folder, withinMs: 0 })
      .ended;
    if (end.code !== 0) throw new Error(end.stderr);
    process.stdout.write(end.stdout);
  } finally {
    server.interrupt();
    await server.ended;
  }
}

function note(): string {
  const scale = Number(options['time-scale']);
  const speed =
    scale === 1
      ? '按真实时间运行'
      : `时间加快 ${scale} 倍，因此延迟为真实值的 1/${scale}，速率为 ${scale} 倍`;
  return (
    '本例并非在真实显卡上测得：服务器是 reprise simulate 的 a40-14b 配置' +
    `（模拟 A40 上的 vLLM 0.8.5 与 DeepSeek-R1-Distill-Qwen-14B，${speed}），流量是公开基准测试所用的请求。` +
    `每次运行发送 ${options.duration.replace('s', ' 秒')}，每档三次；公开基准测试为 60 秒、一次。`
  );
}

const folder = mkdtempSync(join(tmpdir(), 'reprise-a40-'));
mkdirSync(join(folder, dirname(TAPE)));
const kept = options.tape === undefined ? null : resolve(options.tape);
try {
  if (kept !== null && existsSync(kept)) copyFileSync(kept, join(folder, TAPE));
  else {
    await makeTape(folder);
    if (kept !== null) copyFileSync(join(folder, TAPE), kept);
  }
  mkdirSync(EXAMPLES, { recursive: true });
  for (const [format, end] of [
    ['html', 'html'],
    ['markdown', 'md'],
  ] as const) {
    const out = join(EXAMPLES, `a40.zh.${end}`);
    const args = [
      'report',
      TAPE,
      '--lang',
      'zh',
      '--format',
      format,
      '--note',
      note(),
      '--out',
      out,
      '--force',
    ];
    const { code, stderr } = await runCli(args, { cwd: folder });
    if (code !== 0) throw new Error(stderr);
  }
} finally {
  rmSync(folder, { recursive: true });
}
