import { MOONCAKE_ENCODER, OPENAI_BATCH_ENCODER, RAW_ENCODER } from './bodies.ts';
import type { Encoder } from './encoder.ts';
import { HAR_ENCODER } from './har.ts';
import { SHAREGPT_ENCODER, VLLM_CUSTOM_ENCODER } from './prompts.ts';

/** Every format that a tape can be written as, by the name that an import gives it. */
export const ENCODERS = {
  raw: RAW_ENCODER,
  'openai-batch': OPENAI_BATCH_ENCODER,
  mooncake: MOONCAKE_ENCODER,
  'vllm-custom': VLLM_CUSTOM_ENCODER,
  sharegpt: SHAREGPT_ENCODER,
  har: HAR_ENCODER,
} as const satisfies Readonly<Record<string, Encoder>>;

export type ExportFormat = keyof typeof ENCODERS;

export const EXPORT_FORMATS = Object.keys(ENCODERS) as ExportFormat[];
