interface Entry<V> {
  readonly value: V;
  readonly size: number;
}

/**
 * The latest values by their keys, as many as fit into a bound of their sizes together.
 * @param most sizes together; a larger value is not held
 */
export function createRecent<K, V>(most: number) {
  // In the order of their last use.
  const held = new Map<K, Entry<V>>();
  let size = 0;
  return {
    /** The value that is held, else what `make` gives, which is held from then on. */
    get(key: K, make: () => Entry<V>): V {
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
