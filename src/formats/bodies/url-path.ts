/** The path, with its query, of a whole URL or of a path; null for what is neither. */
export function pathOfUrl(text: string): string | null {
  if (text.startsWith('/')) return text;
  const url = URL.parse(text);
  return url === null || !/^https?:$/.test(url.protocol) ? null : url.pathname + url.search;
}
