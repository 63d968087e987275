import { MOONCAKE_ENCODER, OPENAI_BATCH_ENCODER, RAW_ENCODER } from './bodies.ts';
import type { Encoder } from './encoder.ts';
import { HAR_ENCODER } from './har.ts';
import { OTLP_ENCODER } from './otlp-spans.ts';
import { SHAREGPT_ENCODER, VLLM_CUSTOM_ENCODER } from './prompts.ts';

/** Every format of a file that a tape can be written as, by the name that an import gives it. */
export const ENCODERS = {
  raw: RAW_ENCODER,
  'openai-batch': OPENAI_BATCH_ENCODER,
  mooncake: MOONCAKE_ENCODER,
  'vllm-custom': VLLM_CUSTOM_ENCODER,
  sharegpt: SHAREGPT_ENCODER,
  har: HAR_ENCODER,
  otlp: OTLP_ENCODER,
} as const satisfies Readonly<Record<string, Encoder>>;

/** The format that is a folder of tables instead of a file of records. */
export const PARQUET = 'parquet';

export type ExportFormat = keyof typeof ENCODERS | typeof PARQUET;

export const EXPORT_FORMATS = [...Object.keys(ENCODERS), PARQUET] as ExportFormat[];
