import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Question, Reply } from './worker.ts'

/**
 * Milliseconds a comparison may take before its worker is killed. The engine hangs on some inputs (`2^{2^{30}}`, sums of 10^9 terms), and
 * its own limit does not help.
 */
const patience = 800

type Job = { question: Question; settle: (reply: Reply) => void }
type Slot = { worker: Worker; job: Job | null; ready: boolean; timer: NodeJS.Timeout | undefined }

/**
 * Workers that compare answers. They start when needed, are killed and replaced when they hang or die, and let the process end when idle.
 */
export type MathsPool = { ask(question: Question): Promise<Reply>; close(): Promise<void> }

/** At most `size` workers. */
export function openMathsPool(size: number): MathsPool {
  const waiting: Job[] = []
  const slots = new Set<Slot>()

  function start(): void {
    const limits = { maxOldGenerationSizeMb: 512 }
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits: limits, stdout: true, stderr: true })
    const slot: Slot = { worker, job: null, ready: false, timer: undefined }
    slots.add(slot)
    if (waiting.length === 0) worker.unref()
    worker.on('message', (message: Reply | 'ready') => {
      if (message === 'ready') slot.ready = true
      else finish(slot, message)
      next(slot)
    })
    worker.on('error', (error) => replace(slot, `the engine died: ${error.message}`))
    worker.on('exit', () => replace(slot, 'the engine died'))
  }

  function finish(slot: Slot, reply: Reply): void {
    clearTimeout(slot.timer)
    const { job } = slot
    slot.job = null
    job?.settle(reply)
  }

  function replace(slot: Slot, problem: string): void {
    if (!slots.delete(slot)) return
    void slot.worker.terminate()
    const failedToStart = !slot.ready
    finish(slot, { same: false, problem })
    if (failedToStart) waiting.splice(0).forEach((job) => job.settle({ same: false, problem: `the engine does not start: ${problem}` }))
    else start() // at once, so that the next question finds it ready
  }

  function next(slot: Slot): void {
    const job = slots.has(slot) && slot.ready && !slot.job ? waiting.shift() : undefined
    if (!job) {
      if (slot.ready && !slot.job) slot.worker.unref()
      return
    }
    slot.worker.ref()
    slot.job = job
    slot.timer = setTimeout(() => replace(slot, `no verdict within ${patience} ms`), patience)
    slot.worker.postMessage(job.question)
  }

  return {
    ask: (question) =>
      new Promise((settle) => {
        waiting.push({ question, settle })
        const idle = [...slots].find((slot) => slot.ready && !slot.job)
        if (idle) return next(idle)
        if (slots.size < size) start()
        if (slots.size < Math.min(2, size)) start() // a spare, so that after a kill the next question need not wait for the engine to load
        for (const slot of slots) slot.worker.ref() // one that is starting must not let the process end before it answers
      }),
    async close() {
      const all = [...slots]
      slots.clear()
      for (const slot of all) finish(slot, { same: false, problem: 'the pool was closed' })
      waiting.splice(0).forEach((job) => job.settle({ same: false, problem: 'the pool was closed' }))
      await Promise.all(all.map((slot) => slot.worker.terminate()))
    },
  }
}

let shared: MathsPool | undefined
/** The process's own pool: one worker a core, at most four. */
export const sharedPool = (): MathsPool => (shared ??= openMathsPool(Math.min(4, availableParallelism())))
