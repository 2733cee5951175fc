/**
 * Works off a queue in a number of slots and gives out results as they come. `take` hands the next item to a free slot, or undefined when
 * nothing is left. When the caller stops listening, the signal fires or an item's work throws, the work under way is told to stop and
 * waited for.
 */
export async function* inParallel<Item, Result>(
  slots: number,
  take: (slot: number) => Item | undefined,
  work: (item: Item, slot: number, signal: AbortSignal) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  signal?.throwIfAborted()
  const own = new AbortController()
  const forward = () => own.abort(signal?.reason)
  signal?.addEventListener('abort', forward, { once: true })
  const running = new Map<number, Promise<{ slot: number; result: Result }>>()
  const start = (slot: number) => {
    const item = take(slot)
    if (item !== undefined)
      running.set(
        slot,
        work(item, slot, own.signal).then((result) => ({ slot, result })),
      )
  }
  try {
    for (let slot = 0; slot < slots; slot++) start(slot)
    while (running.size > 0) {
      const { slot, result } = await Promise.race(running.values())
      running.delete(slot)
      signal?.throwIfAborted()
      start(slot)
      yield result
      signal?.throwIfAborted()
    }
  } finally {
    signal?.removeEventListener('abort', forward)
    own.abort()
    await Promise.allSettled(running.values())
  }
}
