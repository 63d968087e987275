interface Entry<T> {
  readonly dueUs: number;
  readonly number: number;
  readonly item: T;
}

/** Things that are due at instants, the earliest first; equal instants in order of arrival. A binary heap. */
export function createDueQueue<T>() {
  const heap: Entry<T>[] = [];
  let numbers = 0;

  function isBefore(a: Entry<T> | undefined, b: Entry<T> | undefined): boolean {
    if (a === undefined || b === undefined) return a !== undefined;
    return a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.number < b.number);
  }

  function swap(i: number, j: number): void {
    const [a, b] = [heap[i], heap[j]];
    if (a === undefined || b === undefined) return;
    heap[i] = b;
    heap[j] = a;
  }

  function rise(from: number): void {
    for (let i = from; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!isBefore(heap[i], heap[parent])) return;
      swap(i, parent);
      i = parent;
    }
  }

  function sink(): void {
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      const child = isBefore(heap[right], heap[left]) ? right : left;
      if (!isBefore(heap[child], heap[i])) return;
      swap(i, child);
      i = child;
    }
  }

  return {
    push(dueUs: number, item: T): void {
      heap.push({ dueUs, number: numbers++, item });
      rise(heap.length - 1);
    },
    /** When the first is due; null when there is none. */
    nextDueUs: () => heap[0]?.dueUs ?? null,
    /** Takes the first when it is due until `nowUs`, else null. */
    take(nowUs: number): Entry<T> | null {
      const [first] = heap;
      if (first === undefined || first.dueUs > nowUs) return null;
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return first;
    },
    get length(): number {
      return heap.length;
    },
    clear(): void {
      heap.length = 0;
    },
  };
}
