import type { ApiReading } from '../../chat/apis/api.ts';
import { usualPath } from '../../chat/apis/table.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ForeignRequest } from '../format.ts';

/** A request whose body is made of what a tool kept of it; members without a value are left out. */
export function rebuiltRequest(api: ApiReading, members: JsonObject): ForeignRequest {
  const present = Object.entries(members).filter(([, value]) => value != null);
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(present)));
  return { kind: 'body', path: usualPath(api), headers: [], bytes, isRebuilt: true };
}

/** A request with the very bytes of a file. */
export function verbatimRequest(
  path: string,
  bytes: Uint8Array,
  headers: readonly string[] = [],
): ForeignRequest {
  return { kind: 'body', path, headers, bytes, isRebuilt: false };
}
