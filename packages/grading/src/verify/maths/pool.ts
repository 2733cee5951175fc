import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Question, Reply } from './worker.ts'

/** Milliseconds, by the wall clock. */
export type Patience = {
  /** For one comparison before its worker is killed: only what hangs takes so long, since work.ts counts what a comparison costs. */
  answer: number
  /** For all that hang together; when it is spent, each further one gets `least`. */
  set: number
  least: number
}
const usual: Patience = { answer: 5000, set: 20_000, least: 250 }
/** When a comparison is at it so long, another worker is started, to be there if this one must be killed. */
const suspicious = 150

type Job = { question: Question; settle: (reply: Reply) => void }
type Slot = { worker: Worker; job: Job | null; ready: boolean; timers: NodeJS.Timeout[] }

/**
 * Workers that compare answers. They start with the first question, one more ahead of each kill, and let the process end when idle.
 */
export type MathsPool = { ask(question: Question): Promise<Reply>; close(): Promise<void> }

/** `size` workers at work at most. */
export function openMathsPool(size: number, patience: Patience = usual): MathsPool {
  const waiting: Job[] = []
  const slots = new Set<Slot>()
  let spent = 0

  const busy = () => [...slots].filter((slot) => slot.job).length
  function start(): void {
    const limits = { maxOldGenerationSizeMb: 512 }
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { resourceLimits: limits, stdout: true, stderr: true })
    const slot: Slot = { worker, job: null, ready: false, timers: [] }
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
    slot.timers.forEach(clearTimeout)
    const { job } = slot
    slot.job = null
    job?.settle(reply)
  }

  function replace(slot: Slot, problem: string): void {
    if (!slots.delete(slot)) return
    void slot.worker.terminate()
    const failedToStart = !slot.ready
    finish(slot, { same: false, problem })
    if (failedToStart)
      return waiting.splice(0).forEach((job) => job.settle({ same: false, problem: `the engine does not start: ${problem}` }))
    if (slots.size < size) start()
    for (const other of slots) next(other)
  }

  function next(slot: Slot): void {
    const isFree = slots.has(slot) && slot.ready && !slot.job
    const job = isFree && busy() < size ? waiting.shift() : undefined
    if (!job) {
      if (isFree) slot.worker.unref()
      return
    }
    slot.worker.ref()
    slot.job = job
    const limit = spent < patience.set ? patience.answer : patience.least
    slot.timers = [
      setTimeout(() => slots.size <= size && start(), suspicious),
      setTimeout(() => {
        spent += limit
        replace(slot, `no verdict within ${limit} ms`)
      }, limit),
    ]
    slot.worker.postMessage(job.question)
  }

  return {
    ask: (question) =>
      new Promise((settle) => {
        waiting.push({ question, settle })
        const idle = busy() < size ? [...slots].find((slot) => slot.ready && !slot.job) : undefined
        if (idle) return next(idle)
        while (slots.size < size) start()
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
