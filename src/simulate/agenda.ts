/** Things to do at instants, the earliest first; those of one instant in the order in which they came. */
export interface Agenda<T> {
  add(atUs: number, item: T): void;
  /** Null when there is nothing left to do. */
  nextUs(): number | null;
  /** Takes the earliest one out. */
  take(): { readonly atUs: number; readonly item: T } | null;
}

interface Entry<T> {
  readonly atUs: number;
  readonly order: number;
  readonly item: T;
}

/** A binary heap. */
export function createAgenda<T>(): Agenda<T> {
  const heap: Entry<T>[] = [];
  let orders = 0;

  const earlier = (a: Entry<T> | undefined, b: Entry<T> | undefined): boolean =>
    a !== undefined && b !== undefined && (a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order));

  function swap(i: number, j: number): void {
    const [a, b] = [heap[i], heap[j]];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  }

  function rise(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!earlier(heap[i], heap[parent])) return;
      swap(i, parent);
      i = parent;
    }
  }

  function sink(): void {
    for (let i = 0; ; ) {
      let first = i;
      for (const child of [2 * i + 1, 2 * i + 2]) if (earlier(heap[child], heap[first])) first = child;
      if (first === i) return;
      swap(i, first);
      i = first;
    }
  }

  return {
    add(atUs, item) {
      heap.push({ atUs, order: orders++, item });
      rise(heap.length - 1);
    },
    nextUs: () => heap[0]?.atUs ?? null,
    take() {
      const first = heap[0];
      const last = heap.pop();
      if (first === undefined || last === undefined) return null;
      if (heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return first;
    },
  };
}
