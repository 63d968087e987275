import type { LoggedBody } from '../../model/body-log.ts';
import type { ExchangeEnd, ExchangeStart } from '../../model/exchange.ts';
import type { RecorderStats } from '../../record/start-recorder.ts';
import type { TlsFiles } from './record-settings.ts';

/** What one proxy thread is started with; plain data. */
export interface ProxyThreadData {
  readonly upstream: string;
  readonly host: string;
  readonly port: number;
  readonly paths: readonly string[];
  readonly redactHeaders: readonly string[];
  readonly hashKey: Uint8Array;
  readonly tls: TlsFiles | null;
  readonly upstreamCa: string | null;
  readonly maxBodyBytes: number;
  /** Its exchanges are numbered `number * stride + offset`, so that no two threads use one number. */
  readonly stride: number;
  readonly offset: number;
}

/** How a proxy thread fares; told several times a second. */
export interface ProxyThreadStats extends RecorderStats {
  readonly loopDelayMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export type ToProxyThread =
  /** Why what would be recorded must be refused, null when it need not. */
  | { readonly kind: 'refuse'; readonly why: string | null }
  | { readonly kind: 'close'; readonly graceMs: number };

export type FromProxyThread =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'refused'; readonly message: string; readonly isUserError: boolean }
  | { readonly kind: 'start'; readonly start: ExchangeStart }
  | { readonly kind: 'part'; readonly number: number; readonly part: LoggedBody }
  | { readonly kind: 'end'; readonly end: ExchangeEnd }
  | { readonly kind: 'stats'; readonly stats: ProxyThreadStats }
  | { readonly kind: 'closed'; readonly stats: ProxyThreadStats };
