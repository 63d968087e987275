import type { SentLoad } from '../replay/engine/load-outcome.ts';
import type { LoadSpec, WorkerShare } from '../replay/engine/load-spec.ts';
import type { ResultPack } from '../store/result-pack.ts';

/** What one sender thread is started with; plain data. */
export interface SenderThreadData {
  readonly spec: LoadSpec;
  readonly share: WorkerShare;
}

export type ToSenderThread =
  | { readonly kind: 'warm-up' }
  | { readonly kind: 'run'; readonly startedUs: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'close' };

export type FromSenderThread =
  | { readonly kind: 'open'; readonly connectionsOpen: number }
  | { readonly kind: 'refused'; readonly message: string; readonly isUserError: boolean }
  | { readonly kind: 'warm' }
  /** Those that ended in one turn of its event loop. */
  | { readonly kind: 'results'; readonly pack: ResultPack }
  | { readonly kind: 'ended'; readonly sent: SentLoad };
