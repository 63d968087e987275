import type { ServerState } from '../model/capture.ts';

/** What a server said of itself, as far as a report tells it. */
export interface ServerFacts {
  readonly version: string | null;
  /** `/v1/models` */
  readonly models: readonly { readonly id: string; readonly maxModelLen: number | null }[];
  /** Settings that decide its speed, by the server's own names, from `/server_info` or else `/metrics`. */
  readonly flags: readonly (readonly [string, string])[];
  /** As the operator's command or `/server_info` names them, one for each card. */
  readonly gpus: readonly string[];
  readonly driver: string | null;
  /** The first lines of what the operator's command printed, where neither card nor driver is recognised in it. */
  readonly commandOutput: string | null;
}

/** The settings that are told, in this order; a server without one of them is silent about it. */
const TOLD = [
  'dtype',
  'quantization',
  'max_model_len',
  'enforce_eager',
  'tensor_parallel_size',
  'pipeline_parallel_size',
  'data_parallel_size',
  'max_num_seqs',
  'max_num_batched_tokens',
  'enable_chunked_prefill',
  'async_scheduling',
  'stream_interval',
  'enable_prefix_caching',
  'block_size',
  'num_gpu_blocks',
  'gpu_memory_utilization',
  'cache_dtype',
] as const;

const CONFIGS = ['model_config', 'parallel_config', 'scheduler_config', 'cache_config'] as const;

/** Reads a server's documents; what is missing or not understood is simply absent. */
export function serverFacts(states: readonly ServerState[]): ServerFacts {
  const body = (kind: ServerState['kind']): string => states.find((state) => state.kind === kind)?.body ?? '';
  const info = parsed(body('server_info'));
  const command = body('command');
  const system = field(info, 'system_env');
  const gpus = gpuNames(command) ?? textLines(field(system, 'nvidia_gpu_models')).map(cardName);
  const driver = driverOf(command) ?? text(field(system, 'nvidia_driver_version'));
  return {
    version: text(field(parsed(body('version')), 'version')),
    models: modelsOf(parsed(body('models'))),
    flags: flagsOf(field(info, 'vllm_config')) ?? cacheInfo(body('metrics')),
    gpus,
    driver,
    commandOutput: command !== '' && gpus.length === 0 && driver === null ? firstLines(command) : null,
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function textLines(value: unknown): readonly string[] {
  return (
    text(value)
      ?.split('\n')
      .filter((line) => line.trim() !== '') ?? []
  );
}

function modelsOf(document: unknown): ServerFacts['models'] {
  const data = field(document, 'data');
  return (Array.isArray(data) ? data : []).flatMap((model) => {
    const id = text(field(model, 'id'));
    const length = field(model, 'max_model_len');
    return id === null ? [] : [{ id, maxModelLen: typeof length === 'number' ? length : null }];
  });
}

function flagsOf(config: unknown): ServerFacts['flags'] | null {
  if (typeof config !== 'object' || config === null) return null;
  const parts = CONFIGS.map((name) => field(config, name));
  return TOLD.flatMap((name) => {
    const value = parts.map((part) => field(part, name)).find((v) => v !== undefined && v !== null);
    return value === undefined ? [] : [[name, String(value).replace(/^torch\./, '')] as const];
  });
}

/** `vllm:cache_config_info` carries some settings as labels, without the development mode. */
function cacheInfo(metrics: string): ServerFacts['flags'] {
  const labels = /^vllm:cache_config_info\{(.*)\}/m.exec(metrics)?.[1] ?? '';
  const values = new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  return TOLD.flatMap((name) => {
    const value = values.get(name);
    return value === undefined || value === 'None' ? [] : [[name, value] as const];
  });
}

/** The shapes of `nvidia-smi -q`, `-L`, its table and `--query-gpu=name,driver_version --format=csv`. */
function gpuNames(output: string): readonly string[] | null {
  for (const pattern of [
    /^\s*Product Name\s*:\s*(.+?)\s*$/gm,
    /^GPU \d+: (.+?) \(UUID/gm,
    /^\|\s+\d+\s+(\S.*?)\s{2,}/gm,
    /^(NVIDIA [^,\n]+),/gm,
  ]) {
    const names = [...output.matchAll(pattern)].map(([, name]) => name ?? '');
    if (names.length > 0) return names;
  }
  return null;
}

function cardName(line: string): string {
  return line.replace(/^GPU \d+:\s*/, '').trim();
}

function driverOf(output: string): string | null {
  return (
    /Driver Version\s*:\s*([\d.]+)/.exec(output)?.[1] ??
    /^NVIDIA [^,\n]+,\s*([\d.]+)/m.exec(output)?.[1] ??
    null
  );
}

function firstLines(output: string): string {
  return output.trim().split('\n').slice(0, 3).join(' / ').slice(0, 300);
}
