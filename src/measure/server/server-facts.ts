import type { ServerState } from '../../model/capture.ts';
import { asArray, asObject, asString, parseObject, TAPE_JSON_BYTES } from '../../model/json.ts';
import { parseConfigText } from './config-text.ts';

/** What a server reports about itself, as far as our reports show it. */
export interface ServerFacts {
  readonly version: string | null;
  /** `/v1/models` */
  readonly models: readonly Pick<ServedModel, 'id' | 'maxModelLen'>[];
  /** Settings that decide its speed, by the server's own names, from `/server_info` or else `/metrics`. */
  readonly flags: readonly (readonly [string, string])[];
  /** As the operator's command or `/server_info` names them, one for each card. */
  readonly gpus: readonly string[];
  readonly driver: string | null;
  /** The first lines of what the operator's command printed, where neither card nor driver is recognised in it. */
  readonly commandOutput: string | null;
}

/** The settings that are shown, in this order; those that a server does not report are left out. */
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
  const info = parseObject(body('server_info'), TAPE_JSON_BYTES);
  const command = body('command');
  const system = asObject(info?.system_env);
  const gpus = gpuNames(command) ?? textLines(asString(system?.nvidia_gpu_models)).map(cardName);
  const driver = driverOf(command) ?? (asString(system?.nvidia_driver_version) || null);
  return {
    version: versionOf(body('version')) || null,
    models: modelsOf(body('models')).map(({ id, maxModelLen }) => ({ id, maxModelLen })),
    flags: flagsOf(info?.vllm_config) ?? cacheInfo(body('metrics')),
    gpus,
    driver,
    commandOutput: command !== '' && gpus.length === 0 && driver === null ? firstLines(command) : null,
  };
}

function textLines(text: string | null): readonly string[] {
  return text?.split('\n').filter((line) => line.trim() !== '') ?? [];
}

function flagsOf(document: unknown): ServerFacts['flags'] | null {
  // One text in vLLM 0.8.5, some settings of which have no heading.
  const config = asObject(typeof document === 'string' ? parseConfigText(document) : document);
  if (config === null) return null;
  const parts = [...CONFIGS.map((name) => asObject(config[name])), config];
  return TOLD.flatMap((name) => {
    const value = parts.map((part) => part?.[name]).find((v) => v !== undefined && v !== null);
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

/** One model of `/v1/models`, an adapter (LoRA) too. */
export interface ServedModel {
  readonly id: string;
  /** The weights behind an alias; null where the server does not say. */
  readonly root: string | null;
  /** The model that an adapter belongs to; null of a model itself. */
  readonly parent: string | null;
  readonly maxModelLen: number | null;
}

/** Reads a body of `/v1/models`; empty when it cannot be understood. */
export function modelsOf(body: string): readonly ServedModel[] {
  return asArray(parseObject(body, TAPE_JSON_BYTES)?.data).flatMap((entry) => {
    const model = asObject(entry);
    const id = asString(model?.id);
    if (model === null || id === null || id === '') return [];
    const length = model.max_model_len;
    return [
      {
        id,
        root: asString(model.root),
        parent: asString(model.parent),
        maxModelLen: typeof length === 'number' ? length : null,
      },
    ];
  });
}

/** Reads a body of `/version`; null when it cannot be understood. */
export function versionOf(body: string): string | null {
  return asString(parseObject(body, TAPE_JSON_BYTES)?.version);
}
