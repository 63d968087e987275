/** A body as text, without copying its bytes first; no body is no text. Bytes that are no UTF-8 become U+FFFD. */
export function bodyText(body: Uint8Array | null): string {
  return body === null ? '' : Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8');
}
