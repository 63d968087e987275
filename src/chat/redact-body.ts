import { type JsonObject, parseExact } from '../model/json.ts';
import { bodyText } from './body-text.ts';
import { isEventStream } from './headers.ts';
import { changeAt, type JsonPath } from './json-path.ts';
import { findSecrets, overwrite, type RedactPattern } from './redact-patterns.ts';

/** What is taken out of bodies before they are stored. */
export interface BodyRules {
  /** Values at these places, in requests, plain answers and every event of a stream. */
  readonly paths: readonly JsonPath[];
  /** In every text of them. */
  readonly patterns: readonly RedactPattern[];
}

/** Takes secrets out of bodies; a body without any stays byte for byte as it was. */
export interface BodyRedaction {
  request(body: Uint8Array | null): Uint8Array | null;
  /** @param headers of the answer: they tell a stream from a document */
  answer(headers: readonly string[], body: Uint8Array | null): Uint8Array | null;
  text(text: string): string;
}

/** A text inside a document, with the means to change it. */
interface TextPlace {
  /** Equal for the texts of one place in all events of a stream: what is generated piece by piece. */
  readonly key: string | symbol;
  readonly text: string;
  replace(text: string): void;
}

export function createBodyRedaction({ paths, patterns }: BodyRules): BodyRedaction {
  const idle = paths.length === 0 && patterns.length === 0;
  const text = (plain: string): string => overwrite(plain, findSecrets(plain, patterns));

  /** Gives the documents from which something was taken out. */
  function redactDocuments(documents: readonly JsonObject[]): ReadonlySet<JsonObject> {
    const changed = new Set<JsonObject>();
    for (const document of documents) {
      for (const path of paths) {
        changeAt(document, path, (value) => {
          changed.add(document);
          return blank(value);
        });
      }
    }
    const places = documents.flatMap((document) =>
      placesOf(document, () => {
        changed.add(document);
      }),
    );
    for (const group of Map.groupBy(places, ({ key }) => key).values()) redactPieces(group, patterns);
    return changed;
  }

  function redactJson(body: Uint8Array): Uint8Array | null {
    const plain = bodyText(body);
    const document = parseExact(plain);
    // Where the places of a document cannot be found, nothing of it may be kept.
    if (document === null) return paths.length > 0 ? null : unlessSame(body, plain, text(plain));
    return redactDocuments([document]).size === 0 ? body : bytesOf(JSON.stringify(document));
  }

  function redactStream(body: Uint8Array): Uint8Array {
    const plain = bodyText(body);
    const lines = plain.split('\n');
    const documents = lines.map((line) => (line.startsWith('data:') ? parseExact(line.slice(5)) : null));
    const changed = redactDocuments(documents.filter((document) => document !== null));
    const redacted = lines.map((line, i) => {
      const document = documents[i] ?? null;
      if (document !== null && !changed.has(document)) return line;
      if (document !== null) return `data: ${JSON.stringify(document)}${line.endsWith('\r') ? '\r' : ''}`;
      // A piece of a document, cut off or spread over lines: its places cannot be found.
      if (paths.length > 0 && line.startsWith('data:') && line.slice(5).trim() !== '[DONE]') return 'data: *';
      return text(line);
    });
    return unlessSame(body, plain, redacted.join('\n'));
  }

  return {
    request: (body) => (idle || body === null ? body : redactJson(body)),
    answer: (headers, body) =>
      idle || body === null ? body : isEventStream(headers) ? redactStream(body) : redactJson(body),
    text,
  };
}

/** Finds secrets in the joined pieces and overwrites each piece's part of them. */
function redactPieces(pieces: readonly TextPlace[], patterns: readonly RedactPattern[]): void {
  const ranges = findSecrets(pieces.map((piece) => piece.text).join(''), patterns);
  if (ranges.length === 0) return;
  let at = 0;
  for (const piece of pieces) {
    const end = at + piece.text.length;
    const within = ranges.filter(([start, stop]) => start < end && stop > at);
    if (within.length > 0) {
      piece.replace(
        overwrite(
          piece.text,
          within.map(([start, stop]) => [start - at, Math.min(stop, end) - at] as const),
        ),
      );
    }
    at = end;
  }
}

/** Every text of a document. Texts below a `delta`, and a choice's `text`, go on in the next event; others stand alone. */
function placesOf(document: JsonObject, onChange: () => void): TextPlace[] {
  const places: TextPlace[] = [];
  function walk(holder: Record<string, unknown>, path: string): void {
    for (const [name, value] of Object.entries(holder)) {
      const here = `${path}.${placeName(name, value)}`;
      if (typeof value === 'string') {
        const goesOn = here.includes('.delta') || (here.startsWith('.choices.') && name === 'text');
        places.push({
          key: goesOn ? here : Symbol(here),
          text: value,
          replace(text) {
            holder[name] = text;
            onChange();
          },
        });
      } else if (typeof value === 'object' && value !== null && !isRawNumber(value)) {
        walk(value as Record<string, unknown>, here);
      }
    }
  }
  walk(document as Record<string, unknown>, '');
  return places;
}

/** Choices and tool calls stand in lists, but their own `index` says which one an event goes on with. */
function placeName(name: string, value: unknown): string {
  const index = (value as { readonly index?: unknown } | null)?.index;
  return /^\d+$/.test(name) && typeof index === 'number' ? `${index}` : name;
}

function isRawNumber(value: object): boolean {
  return Object.isFrozen(value) && 'rawJSON' in value;
}

/** The same shape with nothing in it: texts overwritten, numbers zero. */
function blank(value: unknown): unknown {
  if (typeof value === 'string') return '*'.repeat(value.length);
  if (typeof value === 'number') return 0;
  if (Array.isArray(value)) return value.map(blank);
  if (typeof value !== 'object' || value === null) return value;
  if (isRawNumber(value)) return 0;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, blank(inner)]));
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes that are no UTF-8 stay as they are when nothing was found in them. */
function unlessSame(body: Uint8Array, before: string, after: string): Uint8Array {
  return before === after ? body : bytesOf(after);
}
