/**
 * Does work on items, some at once, and gives what came of it in the order of the items. `ahead` is asked again and again how many may be under way: with one, an item begins when the result
 * before it was taken. When one fails, the signal fires or the caller has seen enough, the others are told to stop and waited for.
 */
export async function* inOrder<Item, Result>(
  items: readonly Item[],
  {
    ahead,
    work,
    signal,
  }: { ahead: () => number; work: (item: Item, signal: AbortSignal) => Promise<Result>; signal?: AbortSignal | undefined },
): AsyncGenerator<{ item: Item; result: Result }> {
  const own = new AbortController()
  const stop = signal ? AbortSignal.any([signal, own.signal]) : own.signal
  const running: { item: Item; result: Promise<Result> }[] = []
  let next = 0
  const fill = () => {
    for (const most = Math.max(1, ahead()); running.length < most && next < items.length; next++) {
      stop.throwIfAborted()
      const item = items[next] as Item
      const result = work(item, stop)
      // Heard of when its turn comes; a failure stops the others at once.
      result.catch((error: unknown) => own.abort(error))
      running.push({ item, result })
    }
  }
  try {
    for (fill(); running.length > 0; fill()) {
      const { item, result } = running[0] as (typeof running)[number]
      let done: Result
      try {
        // What was waited for may be stopped because a later one failed: that one's reason is the one to tell.
        done = await result
      } catch (error) {
        throw signal?.aborted ? error : (own.signal.reason ?? error)
      }
      running.shift()
      yield { item, result: done }
    }
  } finally {
    own.abort()
    await Promise.allSettled(running.map(({ result }) => result))
  }
}
