import { type JsonObject, parseExact } from '../../model/json.ts';
import { exactText, isStream } from '../body.ts';
import { findSecrets, overwrite, type RedactPattern } from './redact-patterns.ts';

/** What is taken out of bodies before they are stored. */
export interface BodyRules {
  /** Values at these places, in requests, plain answers and every event of a stream. */
  readonly paths: readonly JsonPath[];
  /** In every text of them, and in the names of members. */
  readonly patterns: readonly RedactPattern[];
}

/** A JSON value in something that can be changed when the value itself is to be. */
interface Holder {
  root: unknown;
}

/** A text inside a document, with the means to change it. */
interface TextPlace {
  /** Equal for the texts of one place in all events of a stream: what is generated piece by piece. */
  readonly key: string | symbol;
  readonly text: string;
  replace(text: string): void;
}

/**
 * Takes secrets out of bodies without their content coding. A body without any stays byte for byte as it was; of what
 * cannot be read nothing is kept.
 */
export function createBodyRedaction({ paths, patterns }: BodyRules) {
  const idle = paths.length === 0 && patterns.length === 0;
  const redacted = (plain: string): string => overwrite(plain, findSecrets(plain, patterns));

  /** Gives the documents from which something was taken out. */
  function redactDocuments(documents: readonly Holder[]): ReadonlySet<Holder> {
    const changed = new Set<Holder>();
    for (const document of documents) {
      for (const path of paths) {
        changeAt(document.root, path, (value) => {
          changed.add(document);
          return blank(value);
        });
      }
    }
    if (patterns.length === 0) return changed;
    const places = documents.flatMap((document) =>
      placesOf(document, redacted, () => {
        changed.add(document);
      }),
    );
    for (const group of Map.groupBy(places, ({ key }) => key).values()) redactPieces(group, patterns);
    return changed;
  }

  function redactJson(plain: string): string | null {
    const document = holderOf(plain);
    if (document === null) return null;
    return redactDocuments([document]).size === 0
      ? asWritten(plain, document)
      : JSON.stringify(document.root);
  }

  /** Of two members with one name the first is no part of the document, but it is in its text. */
  function asWritten(plain: string, document: Holder): string {
    return findSecrets(plain, patterns).length === 0 ? plain : JSON.stringify(document.root);
  }

  /** An answer may be a gateway's plain text, which has no places to empty. */
  function redactPlain(plain: string): string | null {
    const json = redactJson(plain);
    return json !== null || paths.length > 0 || seemsJson(plain) ? json : redacted(plain);
  }

  function redactStream(plain: string): string {
    const lines = plain.split(/(\r\n|\r|\n)/);
    const parts = lines.map(partOf);
    const changed = redactDocuments(parts.flatMap(({ document }) => document ?? []));
    return parts
      .map(({ before, value, document }, i) => {
        const line = lines[i] ?? '';
        if (document !== null) {
          return (
            before + (changed.has(document) ? JSON.stringify(document.root) : asWritten(value, document))
          );
        }
        // A piece of a document, cut off or spread over lines: its texts cannot be found.
        const isData = before !== '' && value.trim() !== '' && value.trim() !== '[DONE]';
        if (isData && (paths.length > 0 || seemsJson(value))) return `${before}*`;
        return seemsJson(line) ? '*' : redacted(line);
      })
      .join('');
  }

  function unlessSame(body: Uint8Array, change: (plain: string) => string | null): Uint8Array | null {
    const before = exactText(body);
    const after = before === null ? null : change(before);
    if (after === null) return null;
    return before === after ? body : new TextEncoder().encode(after);
  }

  return {
    /** True without a rule. */
    idle,
    /** Only JSON is a request. */
    request: (body: Uint8Array) => (idle ? body : unlessSame(body, redactJson)),
    /** @param headers of the answer */
    answer: (headers: readonly string[], body: Uint8Array) =>
      idle ? body : unlessSame(body, isStream(headers, body) ? redactStream : redactPlain),
    text: redacted,
  };
}

/** A line of a stream. */
interface Part {
  /** Its field with the colon and blanks; empty where the line has no field with data. */
  readonly before: string;
  readonly value: string;
  /** The value as JSON, null when it is not JSON. */
  readonly document: Holder | null;
}

/** Data, and lines outside of the standard that carry errors. */
const FIELD = /^((?:data|error):\s*)(.*)$/s;

function partOf(line: string): Part {
  const [, before = '', value = line] = FIELD.exec(line) ?? [];
  return { before, value, document: before !== '' || seemsJson(line) ? holderOf(value) : null };
}

function holderOf(text: string): Holder | null {
  const root = parseExact(text);
  return root === undefined ? null : { root };
}

/** Whether a text that is no JSON was to be some: its escapes hide what it says. */
function seemsJson(text: string): boolean {
  return /^\s*[{["]/.test(text);
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

/**
 * Every text of a document; names of members are changed at once. Texts below a `delta`, a choice's `text` and the tokens
 * of its logprobs go on in the next event, or in the next element; others stand alone.
 */
function placesOf(document: Holder, redacted: (text: string) => string, onChange: () => void): TextPlace[] {
  const places: TextPlace[] = [];
  const event = eventName(document.root);

  function walk(holder: Record<string, unknown>, path: string): void {
    for (const [name, value] of Object.entries(holder)) {
      const here = `${path}.${placeName(name, value, path)}`;
      let kept = name;
      if (!Array.isArray(holder) && redacted(name) !== name) {
        kept = redacted(name);
        delete holder[name];
        holder[kept] = value;
        onChange();
      }
      if (typeof value === 'string') {
        places.push({
          key: goesOn(here) ? `${event}${here}` : Symbol(here),
          text: value,
          replace(text) {
            holder[kept] = text;
            // The same as numbers, beside a token.
            if (Array.isArray(holder.bytes)) holder.bytes = null;
            onChange();
          },
        });
      } else if (typeof value === 'object' && value !== null && !isRawNumber(value)) {
        walk(value as Record<string, unknown>, here);
      }
    }
  }
  walk(document as unknown as Record<string, unknown>, '');
  return places;
}

function goesOn(path: string): boolean {
  return /\.delta\b|\.logprobs\.|^\.root\.choices\.\w+\.text$/.test(path);
}

/** Which text an event goes on with, in the APIs that number their items and blocks at its top. */
function eventName(root: unknown): string {
  const {
    type,
    item_id: item,
    output_index: output,
    content_index: content,
    index,
  } = Object(root) as JsonObject;
  return [type, item, output, content, index].map((part) => (typeof part === 'object' ? '' : part)).join(' ');
}

/** Choices and tool calls stand in lists, but their own `index` says which one an event goes on with. */
function placeName(name: string, value: unknown, path: string): string {
  if (!/^\d+$/.test(name)) return name;
  if (/\.logprobs(?:\.(?:content|tokens))?$/.test(path)) return '*';
  const index = (value as { readonly index?: unknown } | null)?.index;
  return typeof index === 'number' ? `${index}` : name;
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

/** One step into a document: a member's name, or `*` for every member or element. */
export type JsonPath = readonly string[];

/**
 * Reads a path such as `messages[*].content`, `$.metadata.user_id` or `tools[0]`.
 * @returns null for text that is not a path
 */
export function parseJsonPath(word: string): JsonPath | null {
  const rest = word.replace(/^\$\.?/, '');
  if (!/^(?:[^.[\]]+|\[(?:\*|\d+)\])(?:\.[^.[\]]+|\[(?:\*|\d+)\])*$/.test(rest)) return null;
  return rest.split(/[.[\]]+/).filter((step) => step !== '');
}

/** Calls `change` for every value that the path leads to and puts what it gives in the value's place. */
export function changeAt(document: unknown, path: JsonPath, change: (value: unknown) => unknown): void {
  const [step, ...rest] = path;
  if (step === undefined || typeof document !== 'object' || document === null) return;
  const holder = document as Record<string, unknown>;
  for (const key of step === '*' ? Object.keys(holder) : [step]) {
    if (!Object.hasOwn(holder, key)) continue;
    if (rest.length === 0) holder[key] = change(holder[key]);
    else changeAt(holder[key], rest, change);
  }
}
