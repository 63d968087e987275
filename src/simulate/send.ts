import type { ServerResponse } from 'node:http';

/**
 * Writes a head byte for byte as uvicorn does: its names in lower case, its order, and neither `Connection` nor
 * `Keep-Alive` (vLLM closes idle connections after 5 s without saying so).
 * @param length of the body in bytes, null for a chunked one
 */
export function sendHead(
  response: ServerResponse,
  status: number,
  contentType: string | null,
  length: number | null,
): void {
  response.statusCode = status;
  response.sendDate = false;
  response.removeHeader('connection');
  response.setHeader('date', httpDate());
  response.setHeader('server', 'uvicorn');
  if (length !== null) response.setHeader('content-length', length);
  if (contentType !== null) response.setHeader('content-type', contentType);
  if (length === null) response.setHeader('transfer-encoding', 'chunked');
}

/** Sends a whole body. */
export function sendBody(
  response: ServerResponse,
  status: number,
  contentType: string | null,
  text: string,
): void {
  const body = Buffer.from(text);
  sendHead(response, status, contentType, body.length);
  response.end(body);
}

export function sendJson(response: ServerResponse, status: number, text: string): void {
  sendBody(response, status, 'application/json', text);
}

let dateSecond = 0;
let dateText = '';

/** Formatting a date costs as much as the rest of the head: once a second is enough. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1e3);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1e3).toUTCString();
  }
  return dateText;
}
