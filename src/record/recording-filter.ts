/**
 * Which requests are recorded: POSTs to one of the paths, whatever their query; everything else passes unrecorded.
 */
export function recordingFilter(paths: readonly string[]): (method: string, path: string) => boolean {
  const recorded = new Set(paths);
  return (method, path) => method === 'POST' && recorded.has(path.split('?', 1)[0] ?? '');
}
