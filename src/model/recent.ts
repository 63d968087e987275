/** The latest values by their keys, as many as fit into a bound of their sizes together. */
export interface Recent<K, V> {
  /** The value that is held, else what `make` gives, which is held from then on. */
  get(key: K, make: () => { readonly value: V; readonly size: number }): V;
}

/** @param most sizes together; a larger value is not held */
export function createRecent<K, V>(most: number): Recent<K, V> {
  // In the order of their last use.
  const held = new Map<K, { readonly value: V; readonly size: number }>();
  let size = 0;
  return {
    get(key, make) {
      const known = held.get(key);
      const entry = known ?? make();
      if (known === undefined) size += entry.size;
      else held.delete(key);
      held.set(key, entry);
      for (const [oldest, { size: freed }] of held) {
        if (size <= most) break;
        held.delete(oldest);
        size -= freed;
      }
      return entry.value;
    },
  };
}
