/** What a server says of itself: the documents as they came, null where it gave none. */
export interface ServerWords {
  /** The body of `/version`. */
  readonly version: string | null;
  /** The body of `/v1/models`. */
  readonly models: string | null;
  /** The body of `/server_info?config_format=json`, which vLLM serves in development mode only. */
  readonly serverInfo: string | null;
  /** What a command of the operator printed, such as `nvidia-smi -q`. */
  readonly command: string | null;
  /** The `system_fingerprint` of the last answer. */
  readonly fingerprint: string | null;
  /** `process_start_time_seconds` of `/metrics`. */
  readonly processStartSec: number | null;
  /** Counters of `/metrics` by name, each the sum over its labels: they only rise while a process lives. */
  readonly counters: Readonly<Record<string, number>>;
}
