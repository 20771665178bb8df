/** Something that is due at a time. */
export interface Due {
  /** When, on the clock of the schedule, in ms. */
  dueAt: number;
  /** Of two that are due at once, the one with the lower number goes first. */
  order: number;
}

/** What is due first comes out first. */
export interface DueQueue<Entry extends Due> {
  add(entry: Entry): void;
  /** The first one, which stays in. */
  peek(): Entry | undefined;
  /** Takes the first one out. */
  pop(): Entry | undefined;
}

/** Makes a queue: a binary heap. */
export function createDueQueue<Entry extends Due>(): DueQueue<Entry> {
  const heap: Entry[] = [];
  const isBefore = (a: Entry, b: Entry) =>
    a.dueAt === b.dueAt ? a.order < b.order : a.dueAt < b.dueAt;

  function siftDown(entry: Entry): void {
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, entry)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = entry;
  }

  return {
    peek: () => heap[0],
    add(entry) {
      let at = heap.length;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(entry, heap[parent]!)) break;
        heap[at] = heap[parent]!;
        at = parent;
      }
      heap[at] = entry;
    },
    pop() {
      const first = heap[0];
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) siftDown(last);
      return first;
    },
  };
}
