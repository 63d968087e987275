/** Why a request is refused. Status and kind are the real server's, the words are ours. */
export interface Problem {
  readonly status: number;
  readonly message: string;
  /** The field that is at fault; null for the body as a whole or the server's own state. */
  readonly param: string | null;
  /** Found while the body was parsed: no JSON, a wrong type, a word that is not in a closed list. */
  readonly parsing: boolean;
}

/** A body that cannot be parsed. */
export function unparsed(message: string, param: string | null = null): Problem {
  return { status: 400, message, param, parsing: true };
}

/** A value that the server does not take. */
export function invalid(message: string, param: string): Problem {
  return { status: 400, message, param, parsing: false };
}

/** What the server's own state or settings refuse. */
export function refused(status: number, message: string): Problem {
  return { status, message, param: null, parsing: false };
}

/** 0.8.5 answers it with an empty body, so it is told apart by identity. */
export const ENGINE_DEAD = refused(
  500,
  'EngineCore encountered an issue. See stack trace (above) for the root cause.',
);

export const OVERLOADED = refused(
  503,
  'The engine is currently busy and cannot accept new requests. Please try again later or on a different instance.',
);

export const UNAUTHORIZED = refused(401, 'Unauthorized');

export const WRONG_MEDIA_TYPE: Problem = {
  status: 415,
  message: "Unsupported Media Type: Only 'application/json' is allowed",
  param: null,
  parsing: true,
};
