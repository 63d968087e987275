import { UserError } from './user-error.ts';

/** What one side of a line offers to the other: functions of plain data, whose answers are plain data or promises of it. */
type Methods<M> = { readonly [K in keyof M]: (...args: never[]) => unknown };

/** One end of a line between two threads: a `Worker`, a worker's `parentPort`, or a `MessagePort`. */
export interface Line {
  postMessage(message: unknown, transfer?: readonly object[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
}

/** The methods of the other side. */
export interface Remote<M extends Methods<M>> {
  /**
   * Calls a method and waits for its answer. Messages are handled in the order in which they were sent.
   * @throws what the method throws, with its stack; when the other side ends before it has answered, what ended it
   */
  call<K extends keyof M & string>(name: K, ...args: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>>;
  /** Calls a method without waiting for an answer. An error in it is a defect and ends the other thread. */
  notify<K extends keyof M & string>(name: K, ...args: Parameters<M[K]>): void;
  /** Resolves with the reason when the other side has ended; never rejects. */
  readonly gone: Promise<Error>;
}

interface Failure {
  readonly message: string;
  readonly stack: string | undefined;
  /** What a user error says beside its message; null for a defect. */
  readonly user: Pick<UserError, 'kind' | 'facts' | 'remedy'> | null;
}

type Message =
  /** Without `id` no answer is sent. */
  | { readonly id?: number; readonly name: string; readonly args: readonly never[] }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

const given = new WeakMap<object, readonly object[]>();

/**
 * Marks what leaves this thread with `value` when that is an argument or the answer of a remote method: memory or ports
 * that are moved instead of copied, and of no use here afterwards.
 */
export function giveAway<T extends object>(value: T, moved: readonly object[]): T {
  given.set(value, moved);
  return value;
}

/**
 * Opens this thread's end of a line: it serves `ours` to the other side and calls the other side's methods. When the
 * other side ends, by an error or not, every call that waits is rejected with the reason, and so is every later call.
 * @param theirName of the other side, for that error, such as `the tape's thread`
 */
export function openRemote<Theirs extends Methods<Theirs>>(
  line: Line,
  ours: object,
  theirName: string,
): Remote<Theirs> {
  const waiting = new Map<number, PromiseWithResolvers<never>>();
  const gone = Promise.withResolvers<Error>();
  const methods = ours as { readonly [name: string]: (...args: never[]) => unknown };
  let reason: Error | null = null;
  let calls = 0;

  function post(message: Message, values: readonly unknown[]): void {
    line.postMessage(
      message,
      values.flatMap((value) => given.get(value as object) ?? []),
    );
  }

  async function answer(id: number, name: string, args: readonly never[]): Promise<void> {
    try {
      const value = await methods[name]?.(...args);
      post({ id, value }, [value]);
    } catch (error) {
      post({ id, failure: failureOf(error as Error, error instanceof UserError) }, []);
    }
  }

  function end(error: Error): void {
    reason ??= error;
    for (const { reject } of waiting.values()) reject(reason);
    waiting.clear();
    gone.resolve(reason);
  }

  line.on('message', (value) => {
    const message = value as Message;
    if ('name' in message) {
      if (message.id === undefined) methods[message.name]?.(...message.args);
      else void answer(message.id, message.name, message.args);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if ('failure' in message) call?.reject(asThrown(message.failure));
    else call?.resolve(message.value as never);
  });
  // The class of an error that ended a thread is lost on the way; its name is not.
  line.on('error', (value) => {
    const error = value as Error;
    end(asThrown(failureOf(error, error.name === UserError.name)));
  });
  line.on('messageerror', (value) => end(value as Error));
  for (const event of ['exit', 'close']) line.on(event, () => end(new Error(`${theirName} has ended`)));
  return {
    async call(name, ...args) {
      if (reason !== null) throw reason;
      const id = calls++;
      post({ id, name, args: args as readonly never[] }, args);
      const answered = Promise.withResolvers<never>();
      waiting.set(id, answered);
      return answered.promise;
    },
    notify: (name, ...args) => post({ name, args: args as readonly never[] }, args),
    gone: gone.promise,
  };
}

/** Methods of this very thread, called as if they were another's: one way of calling serves one thread and several. */
export function localRemote<M extends Methods<M>>(methods: M): Remote<M> {
  return {
    call: async (name, ...args) => methods[name](...(args as never[])) as never,
    notify: (name, ...args) => void methods[name](...(args as never[])),
    gone: new Promise(() => undefined),
  };
}

function failureOf(error: Error, isUserError: boolean): Failure {
  const { message, stack } = error;
  if (!isUserError) return { message, stack, user: null };
  const { kind, facts, remedy } = error as UserError;
  return { message, stack, user: { kind, facts, remedy } };
}

function asThrown({ message, stack, user }: Failure): Error {
  const error = user === null ? new Error(message) : asUserError(message, user);
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** @param message has the remedy in it */
function asUserError(message: string, { kind, facts, remedy }: NonNullable<Failure['user']>): UserError {
  return Object.assign(new UserError(message, { kind, facts }), { remedy });
}
