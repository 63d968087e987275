import type { ResultPack } from '../../model/result-pack.ts';
import type { LoadSpec, SentLoad, WorkerShare } from '../../replay/engine/load-spec.ts';

/** What one sender thread is started with; plain data. */
export interface SenderThreadData {
  readonly spec: LoadSpec;
  readonly share: WorkerShare;
}

export interface ThreadFailure {
  readonly message: string;
  readonly isUserError: boolean;
}

export type ToSenderThread =
  | { readonly kind: 'warm-up' }
  | { readonly kind: 'refresh' }
  | { readonly kind: 'run'; readonly startedUs: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'close' };

export type FromSenderThread =
  | { readonly kind: 'open' }
  | ({ readonly kind: 'refused' } & ThreadFailure)
  | { readonly kind: 'warm' }
  | { readonly kind: 'fresh'; readonly failure: ThreadFailure | null }
  /** Those that ended in one turn of its event loop. */
  | { readonly kind: 'results'; readonly pack: ResultPack }
  | { readonly kind: 'ended'; readonly sent: SentLoad };
