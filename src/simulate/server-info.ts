import type { ServerFlags } from './dialects/server-flags.ts';
import { seedOfText } from './random.ts';

/** What the simulated server was started with, in the names of vLLM's own configuration. */
export interface ServerConfig {
  readonly model_config: Readonly<Record<string, unknown>>;
  readonly cache_config: Readonly<Record<string, unknown>>;
  readonly scheduler_config: Readonly<Record<string, unknown>>;
  readonly [other: string]: Readonly<Record<string, unknown>> | null;
}

/** `vllm-<version>-<8 hex of the configuration>`: a free label of the server's build. */
export function systemFingerprint(version: string, config: ServerConfig, flags: ServerFlags): string {
  const text = JSON.stringify([config, { ...flags, apiKey: null }]);
  return `vllm-${version}-${seedOfText(text, 0).toString(16).padStart(8, '0')}`;
}

/**
 * The body of `GET /server_info`.
 * @param format `text` has the configuration as one string, as 0.8.5 knows it alone
 */
export function serverInfo(config: ServerConfig, format: 'text' | 'json'): string {
  const text = Object.entries(config)
    .flatMap(([section, values]) =>
      Object.entries(values ?? {}).map(([name, value]) => `${section}.${name}=${JSON.stringify(value)}`),
    )
    .join(', ');
  return JSON.stringify({ vllm_config: format === 'json' ? config : text, vllm_env: {}, system_env: {} });
}
