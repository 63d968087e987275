import { pairs, percentDecoded } from '../headers.ts';
import { isRedacted } from './credentials.ts';

/** Overwrites what a rule finds in a text. */
type Redact = (text: string) => string;

/** Raw header pairs with what is found in their values overwritten; marks of credentials stay. */
export function redactedHeaders(raw: readonly string[], redact: Redact): readonly string[] {
  return pairs(raw).flatMap(([name, value]) => [
    name,
    isRedacted(value) ? value : redactedUrl(value, redact),
  ]);
}

/** A path, a URL or another text that may have percent-encoded parts: each part is read as it is and decoded. */
export function redactedUrl(text: string, redact: Redact): string {
  return redact(text).replace(/[^/?&=;#]*%[^/?&=;#]*/g, (part) => {
    const plain = percentDecoded(part);
    const kept = redact(plain);
    return kept === plain ? part : encodeURIComponent(kept);
  });
}
