import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput } from '@whetstone/core'
import { collectGarbage, mirrorRun, openStore, type StoreSettings } from '@whetstone/store'

/** A run's mirror while its rounds are at work. */
export type Mirroring = AsyncDisposable & {
  /** Brings everything there as it stands; called where a round is done. */
  settle(): Promise<void>
}

/** Seconds between tries where the store cannot be written at the end of a round. */
const pause = 30

/**
 * Mirrors a run every so often while it is at work (a training's checkpoints included) and whole after each round. In between a store that is down is said once, and nothing waits for it; at the end
 * of a round it is waited for, or the run stops, as the recipe says.
 */
export async function mirroring(run: string, settings: StoreSettings | undefined, signal: AbortSignal): Promise<Mirroring> {
  if (!settings) return { settle: async () => {}, async [Symbol.asyncDispose]() {} }
  const store = await openStore(settings.url)
  const say = (error: Error) => `Mirror: ${error.message}\n`
  // Found out before hours of work: an address or credentials that are not right.
  try {
    await store.size(`runs/${run}/manifest.json`)
  } catch (error) {
    if (settings.whenDown === 'stop' || !/does not answer|busy or broken/.test((error as Error).message)) throw error
    process.stderr.write(say(error as Error))
  }
  let said = ''
  let busy: Promise<unknown> = Promise.resolve()
  const stop = new AbortController()
  const mirror = (settled: boolean) => {
    const next = busy.then(() => mirrorRun(store, run, { ...settings, settled, signal: settled ? signal : stop.signal }))
    busy = next.catch(() => {})
    return next
  }
  let waiting = false
  const timer = setInterval(() => {
    if (waiting) return
    waiting = true
    mirror(false)
      .catch((error: Error) => {
        if (!stop.signal.aborted && error.message !== said) process.stderr.write(say(error))
        said = error.message
      })
      .finally(() => (waiting = false))
  }, settings.every * 1000)
  timer.unref()
  return {
    async settle() {
      for (;;) {
        try {
          await mirror(true)
          if (settings.keep !== undefined) await collectGarbage(store)
          return
        } catch (error) {
          signal.throwIfAborted()
          if (!(error instanceof BadInput)) throw error
          if (settings.whenDown === 'stop')
            throw new BadInput(`${error.message}; the round is done and kept here, the same command goes on`)
          process.stderr.write(`${say(error).trimEnd()}; trying again in ${pause} s (store.whenDown=stop ends the run instead)\n`)
          await sleep(pause * 1000, undefined, { signal })
        }
      }
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      stop.abort()
      await busy
      await store[Symbol.asyncDispose]()
    },
  }
}
