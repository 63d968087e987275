import { asArray, type JsonObject } from '../model/json.ts';
import { MOONCAKE } from './bodies/mooncake.ts';
import { OPENAI_BATCH } from './bodies/openai-batch.ts';
import { RAW } from './bodies/raw.ts';
import { SHAREGPT } from './bodies/sharegpt.ts';
import { VLLM_CUSTOM } from './bodies/vllm-custom.ts';
import type { FileHead, Format, RecordReader } from './format.ts';
import { AZURE } from './lengths/azure.ts';
import { BURSTGPT } from './lengths/burstgpt.ts';
import { TRACELAB } from './lengths/tracelab.ts';
import { fieldsOf } from './reading/csv-reader.ts';
import type { JsonFormat } from './reading/json-reader.ts';
import { AIPERF } from './results/aiperf.ts';
import { VLLM_BENCH } from './results/vllm-bench.ts';
import { HELICONE } from './stores/helicone.ts';
import { LANGFUSE } from './stores/langfuse.ts';
import { LITELLM } from './stores/litellm.ts';
import { OTEL } from './stores/otel.ts';
import { AIPERF_RAW } from './wire/aiperf-raw.ts';
import { GOREPLAY } from './wire/goreplay.ts';
import { HAR } from './wire/har.ts';
import { MITMPROXY } from './wire/mitmproxy.ts';

/** Formats recognized by a file's first bytes or line; the first match counts. */
const PLAIN_FORMATS = { goreplay: GOREPLAY, mitmproxy: MITMPROXY, azure: AZURE, burstgpt: BURSTGPT } as const;

/** Formats recognized by the members of their records; the first match counts. */
const JSON_FORMATS = {
  har: HAR,
  otel: OTEL,
  sharegpt: SHAREGPT,
  'openai-batch': OPENAI_BATCH,
  'aiperf-raw': AIPERF_RAW,
  helicone: HELICONE,
  litellm: LITELLM,
  langfuse: LANGFUSE,
  tracelab: TRACELAB,
  mooncake: MOONCAKE,
  raw: RAW,
  'vllm-custom': VLLM_CUSTOM,
  'vllm-bench': VLLM_BENCH,
  aiperf: AIPERF,
} as const;

export type FormatName = keyof typeof PLAIN_FORMATS | keyof typeof JSON_FORMATS;

/** Every format whose files can be imported. */
const FORMATS: Readonly<Record<FormatName, Format>> = { ...PLAIN_FORMATS, ...JSON_FORMATS };

export const FORMAT_NAMES = Object.keys(FORMATS).sort() as FormatName[];

/** A kind of file that is known and holds no requests, or holds them in a way that would be misread. */
interface Refused {
  /** What it is, as the second half of `this file is …`. */
  readonly what: string;
  readonly remedy: string;
  owns(document: JsonObject): boolean;
}

const GIVE_REQUESTS = 'give the file of the requests';

const REFUSED: readonly Refused[] = [
  {
    what: "an output file of OpenAI's batch API, which holds answers and no requests",
    remedy: 'give its input file',
    owns: ({ custom_id: id, response }) => id !== undefined && response !== undefined,
  },
  {
    what: "aiperf's summary of a run, which holds no single requests",
    remedy: 'give profile_export.jsonl of the same folder',
    owns: ({ input_config: config, request_latency: latency }) =>
      config !== undefined && latency !== undefined,
  },
  {
    what: 'results of SGLang or of a benchmark like it, which hold figures and no requests',
    remedy: GIVE_REQUESTS,
    owns: ({ request_throughput: rate, completed }) => rate !== undefined && completed !== undefined,
  },
  {
    what: "guidellm's results, which hold no bodies",
    remedy: GIVE_REQUESTS,
    owns: ({ benchmarks }) => Array.isArray(benchmarks),
  },
  {
    what: 'a trace of Bailian, whose blocks have 16 tokens and whose times are seconds',
    remedy: 'convert it to a Mooncake trace',
    owns: ({ chat_id: id, input_length: length }) => id !== undefined && length !== undefined,
  },
  {
    what: 'a Weka trace, whose blocks have 64 tokens',
    remedy: 'convert it to a Mooncake trace',
    owns: ({ block_size: size, requests }) => size !== undefined && Array.isArray(requests),
  },
  {
    what: 'a data capture of SageMaker',
    remedy: 'write the bodies of captureData.endpointInput one a line',
    owns: ({ captureData }) => captureData !== undefined,
  },
  {
    what: "GoReplay's messages for Kafka",
    remedy: 'record with --output-file',
    owns: ({ Req_URL: url, Req_Method: method }) => url !== undefined && method !== undefined,
  },
  {
    what: "SGLang's agentic trace, whose conversations lack the model's turns",
    remedy: GIVE_REQUESTS,
    owns: ({ conversations }) => Array.isArray(asArray(conversations)[0]),
  },
  {
    what: 'a description of an experiment or a schema and no traffic',
    remedy: GIVE_REQUESTS,
    owns: ({ $schema }) => $schema !== undefined,
  },
];

/** What a file is. */
export type Sniffed =
  | { readonly kind: 'format'; readonly name: FormatName }
  | { readonly kind: 'refused'; readonly what: string; readonly remedy: string }
  /** Nothing that is known. */
  | { readonly kind: 'unknown' };

/** Files of other programs, by their first bytes. */
const MAGIC: readonly (Omit<Refused, 'owns'> & { readonly start: string })[] = [
  { start: 'SQLite format 3\0', what: 'a tape, or another SQLite database', remedy: 'use it as it is' },
  { start: 'PAR1', what: 'a Parquet file', remedy: 'write its rows as JSON lines first' },
  { start: 'PARE', what: 'an encrypted Parquet file', remedy: 'write its rows as JSON lines first' },
  { start: 'PK\x03\x04', what: 'a zip archive', remedy: 'unpack it first' },
  { start: '\xff\xfe', what: 'text in UTF-16', remedy: 'convert it to UTF-8' },
  { start: '\xfe\xff', what: 'text in UTF-16', remedy: 'convert it to UTF-8' },
  ...['{\0', '[\0', '\0{', '\0['].map((start) => ({
    start,
    what: 'text in UTF-16',
    remedy: 'convert it to UTF-8',
  })),
  { start: 'BZh', what: 'compressed with bzip2', remedy: 'unpack it first' },
  { start: '\xfd7zXZ\0', what: 'compressed with xz', remedy: 'unpack it first' },
];

/** A file that no format reads, whichever is named; null for any other. */
export function foreignFile({ bytes }: FileHead): Sniffed | null {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  const magic = MAGIC.find((one) => start.startsWith(one.start));
  return magic === undefined ? null : { kind: 'refused', what: magic.what, remedy: magic.remedy };
}

/** Columns of tables that a store also exports, whose JSON is read instead. */
const STORES_BY_COLUMN = {
  request_body: 'Helicone',
  provided_model_name: 'Langfuse',
  modelParameters: 'Langfuse',
};

function csvOfStore({ line }: FileHead): Sniffed | null {
  const columns = /^\s*[[{]/.test(line) ? [] : fieldsOf(line);
  const found = Object.entries(STORES_BY_COLUMN).find(([column]) => columns.includes(column));
  if (found === undefined) return null;
  return { kind: 'refused', what: `a CSV export of ${found[1]}`, remedy: 'export it as JSON lines' };
}

/** Says what a file is by its beginning. */
export function sniff(head: FileHead): Sniffed {
  const foreign = foreignFile(head) ?? csvOfStore(head);
  if (foreign !== null) return foreign;
  for (const [name, format] of Object.entries(PLAIN_FORMATS)) {
    if (format.fits(head)) return { kind: 'format', name: name as FormatName };
  }
  for (const document of head.beginning === null ? head.objects : [head.beginning]) {
    const name = ownerOf(document);
    if (name !== null) return { kind: 'format', name };
    const refused = REFUSED.find(({ owns }) => owns(document));
    if (refused !== undefined) return { kind: 'refused', ...refused };
  }
  return { kind: 'unknown' };
}

/** The format whose record a JSON object is; null for none. */
export function ownerOf(document: JsonObject): FormatName | null {
  const found = Object.entries<JsonFormat>(JSON_FORMATS).find(([, { owns }]) => owns(document));
  return found === undefined ? null : (found[0] as FormatName);
}

/** Reads a file of a format. Records that are clearly of another one are skipped as such. */
export function openReader(name: FormatName, head: FileHead): RecordReader {
  const { owns } = FORMATS[name] as Partial<JsonFormat>;
  return FORMATS[name].reader(head, (document) => {
    if (owns === undefined || owns(document)) return false;
    return ownerOf(document) !== null || REFUSED.some((one) => one.owns(document));
  });
}

/** Whether a file may turn out to be one of JSON when more of its beginning is read: its first record is not whole yet. */
export function needsMore(head: FileHead): boolean {
  const { objects, isWhole, bytes } = head;
  const first = bytes.find((byte) => byte > 0x20);
  const isUnknown = objects.length === 0 && sniff(head).kind === 'unknown';
  return !isWhole && isUnknown && (first === 0x7b || first === 0x5b);
}
