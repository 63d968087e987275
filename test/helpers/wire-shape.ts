import { asArray, asObject } from '../../src/model/json.ts';

/** An HTTP answer without what differs from one request to the next: what two servers of one dialect have in common. */
export interface WireShape {
  readonly status: string;
  /** Names in their order and case; values as they are, but for patterns where they cannot be constant. */
  readonly headers: readonly string[];
  /** One line for a plain body; for a stream the events in order, each run of the same shape once. */
  readonly body: readonly string[];
}

/** @param raw a whole answer as it came over the socket, or a part of one that was cut */
export function wireShape(raw: Buffer): WireShape {
  const end = raw.indexOf('\r\n\r\n');
  const [status = '', ...lines] = raw.subarray(0, end).toString('latin1').split('\r\n');
  const body = raw.subarray(end + 4);
  const chunked = lines.some((line) => /^transfer-encoding: chunked$/i.test(line));
  return {
    status,
    headers: lines.map((line) => headerShape(line, body.length)),
    body: chunked ? streamShape(body) : [plainShape(body.toString('utf8'))],
  };
}

function headerShape(line: string, length: number): string {
  if (line === `content-length: ${length}`) return 'content-length: <of the body>';
  return line
    .replace(/^date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/, 'date: <date>')
    .replace(/^location: http:\/\/[^/]+/, 'location: http://<host>')
    .replace(/^x-request-id: [0-9a-f]{32}$/, 'x-request-id: <32 hex>');
}

function plainShape(text: string): string {
  return text.startsWith('{') ? documentShape(text) : text;
}

/** The chunked framing is part of the shape: one event to a chunk, and the case of its size. */
function streamShape(body: Buffer): readonly string[] {
  const events: string[] = [];
  const sizes: string[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = body.subarray(at, lineEnd).toString('latin1');
    const length = Number.parseInt(size, 16);
    const data = body.subarray(lineEnd + 2, lineEnd + 2 + length);
    at = lineEnd + 2 + length + 2;
    sizes.push(size);
    if (length === 0) events.push('<end of chunks>');
    else if (data.length < length) events.push('<broken off>');
    else events.push(...eventShapes(data.toString('utf8')));
  }
  const all = sizes.join('');
  const hex = /[a-f]/.test(all) ? 'lower' : 'upper';
  return [`chunk sizes in ${hex} case`, ...collapse(inOrderOfChoice(events))];
}

/** A chunk holds exactly one event of one data line, or its text is its shape. */
function eventShapes(text: string): readonly string[] {
  const match = /^(event: \S+\n)?data: ([^\n]*)\n\n$/.exec(text);
  const [, name = '', data = ''] = match ?? [];
  if (match === null) return [text];
  return data.startsWith('{') ? splitCalls(data).map((one) => name + documentShape(one)) : [data];
}

/** Outputs that were merged on a busy server begin a call and bring arguments at once: told as two events. */
function splitCalls(data: string): readonly string[] {
  const document = asObject(JSON.parse(data));
  const choice = asObject(asArray(document?.choices)[0]);
  const calls = asArray(asObject(choice?.delta)?.tool_calls);
  if (calls.length < 2) return [data];
  return calls.map((call) =>
    JSON.stringify({
      ...document,
      choices: [{ ...choice, delta: { ...asObject(choice?.delta), tool_calls: [call] } }],
    }),
  );
}

/** `n` choices come interleaved as their tokens do: after the roles they are told one after another. */
function inOrderOfChoice(events: readonly string[]): readonly string[] {
  const index = (event: string): number => Number(/"index":(\d+)/.exec(event)?.[1] ?? Number.NaN);
  const isRole = (event: string): boolean => event.includes('"role":');
  const told = events.filter((event) => !isRole(event) && index(event) >= 0);
  const first = events.filter(isRole);
  const rest = events.filter((event) => !isRole(event) && !(index(event) >= 0));
  return [...first, ...told.sort((a, b) => index(a) - index(b)), ...rest];
}

function collapse(events: readonly string[]): readonly string[] {
  return events.filter((event, i) => event !== events[i - 1]);
}

/** Keys in order, types for values; literal where the value says what the document is. Spacing is part of it. */
function documentShape(text: string): string {
  const document: unknown = JSON.parse(text);
  const spaced = /\s/.test(text.replace(/"(?:[^"\\]|\\.)*"/g, ''));
  return `${spaced ? 'spaced ' : ''}${JSON.stringify(shapeOf(document, []))}`;
}

const LITERAL =
  /^(object|role|type|finish_reason|code|owned_by|index|version|rust_frontend_version|organization|parent|success|server_load|is_blocking|allow_.*)$/;

function shapeOf(value: unknown, path: readonly string[]): unknown {
  const key = path.at(-1) ?? '';
  if (Array.isArray(value)) {
    if (/^(token_ids|prompt_token_ids|bytes|tokens|text_offset|token_logprobs)$/.test(key)) return '<list>';
    const shapes = value.map((entry) => JSON.stringify(shapeOf(entry, path)));
    return [...new Set(shapes)].map((shape) => JSON.parse(shape) as unknown);
  }
  // An error's words are our own, and so is whether they name a field.
  if (key === 'param') return '<field or null>';
  if (value === null) return null;
  if (key === 'prompt_logprobs' || (path.includes('top_logprobs') && typeof value === 'number'))
    return '<by token>';
  if (typeof value === 'object' && value !== null) {
    // Keys of the plain completions' alternatives are tokens.
    if (key === 'top_logprobs' && Object.values(value).every((entry) => typeof entry === 'number'))
      return '<by token>';
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [name, shapeOf(entry, [...path, name])]),
    );
  }
  if (LITERAL.test(key)) return value;
  if (typeof value === 'string') return textShape(value);
  return `<${typeof value}>`;
}

/** Ids keep their form; other texts are texts. */
function textShape(text: string): string {
  const id =
    /^(chatcmpl-tool|chatcmpl|cmpl|call|modelperm|resp|msg|rs|fc|vllm-0\.32\.0)([-_])([0-9a-f]+)$/.exec(text);
  return id === null ? '<text>' : `${id[1]}${id[2]}<${id[3]?.length} hex>`;
}
