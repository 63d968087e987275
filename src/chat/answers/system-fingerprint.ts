/** The end of an answer that is looked at: a stream names it again with its last events. */
const TAIL_BYTES = 4_096;
const FIELD = /"system_fingerprint":\s*"((?:[^"\\]|\\.)+)"/;

/**
 * The `system_fingerprint` of an answer, streamed or plain: vLLM makes it of its version and settings. Null where the
 * answer has none, or null.
 */
export function systemFingerprint(body: Uint8Array): string | null {
  const text = (part: Uint8Array): string => Buffer.from(part).toString('latin1');
  const found =
    FIELD.exec(text(body.subarray(0, TAIL_BYTES))) ?? FIELD.exec(text(body.subarray(-TAIL_BYTES)));
  return found?.[1] ?? null;
}
