import { random } from '@whetstone/core'

/** A queue with its workers, as loops:cycle --queue drives it. Times in seconds. */
export type QueueShape = {
  workers: number
  jobs: number
  /** Seconds of work in a job, spread evenly by a tenth about it. */
  seconds: number
  /** The coordinator's own work for a job, one after the other. */
  coordinator: number
  /** Jobs between the oldest that is not done and the newest that is given out, a worker. */
  ahead: number
  /** Deaths an hour of a worker, and seconds until it is back; its job is taken over after the lock. */
  deaths: number
  back: number
  lock: number
  /** Share of jobs that take `factor` times as long. */
  stragglers: { share: number; factor: number }
  seed: number
  /** Seconds of each job, where they are known: instead of `seconds` and `stragglers`. */
  lengths?: readonly number[]
}
export type Simulated = {
  seconds: number
  /** Of the time that the workers were there. */ efficiency: number
  jobsAgain: number
  coordinatorBusy: number
}

/** Runs the queue event by event: jobs in order, results collected by one coordinator, traces written in order (so that a straggler holds back what lies too far ahead). */
export function simulateQueue(shape: QueueShape): Simulated {
  const { workers, jobs, coordinator, lock, back } = shape
  const draw = random(shape.seed)
  const window = Math.max(2, workers * shape.ahead)
  const events = heap<{ at: number; what: 'done' | 'died' | 'stalled' | 'collected' | 'back'; job: number }>((a, b) => a.at - b.at)
  const collected = new Uint8Array(jobs)
  const again: number[] = []
  let [oldest, next, idle, now, coordinatorFree, busy, jobsAgain, done] = [0, 0, workers, 0, 0, 0, 0, 0]
  const lengthOf = (job: number) =>
    shape.lengths?.[job] ?? shape.seconds * (0.9 + 0.2 * draw()) * (draw() < shape.stragglers.share ? shape.stragglers.factor : 1)
  const give = () => {
    while (idle > 0 && (again.length > 0 || (next < jobs && next < oldest + window))) {
      idle--
      const job = again.shift() ?? next++
      const takes = lengthOf(job)
      const life = shape.deaths > 0 ? (-Math.log(1 - draw()) * 3600) / shape.deaths : Infinity
      if (life < takes) {
        events.push({ at: now + life, what: 'died', job })
        busy += life
      } else {
        events.push({ at: now + takes, what: 'done', job })
        busy += takes
      }
    }
  }
  for (give(); done < jobs; give()) {
    const event = events.pop()
    if (!event) throw new Error('the queue stands still')
    now = event.at
    if (event.what === 'done') {
      idle++
      coordinatorFree = Math.max(coordinatorFree, now) + coordinator
      events.push({ at: coordinatorFree, what: 'collected', job: event.job })
    } else if (event.what === 'died') {
      jobsAgain++
      events.push({ at: now + lock, what: 'stalled', job: event.job })
      events.push({ at: now + back, what: 'back', job: -1 })
    } else if (event.what === 'stalled') again.push(event.job)
    else if (event.what === 'back') idle++
    else {
      collected[event.job] = 1
      done++
      while (oldest < jobs && collected[oldest]) oldest++
    }
  }
  return { seconds: now, efficiency: (jobs * shape.seconds) / (workers * now), jobsAgain, coordinatorBusy: (jobs * coordinator) / now }
}

/** The least first. */
function heap<T>(order: (a: T, b: T) => number) {
  const items: T[] = []
  const swap = (a: number, b: number) => ([items[a], items[b]] = [items[b] as T, items[a] as T])
  return {
    push(item: T) {
      items.push(item)
      for (let at = items.length - 1; at > 0;) {
        const parent = (at - 1) >> 1
        if (order(items[at] as T, items[parent] as T) >= 0) break
        swap(at, parent)
        at = parent
      }
    },
    pop(): T | undefined {
      const first = items[0]
      const last = items.pop()
      if (items.length === 0 || last === undefined) return first
      items[0] = last
      for (let at = 0; ;) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        let least = at
        if (left < items.length && order(items[left] as T, items[least] as T) < 0) least = left
        if (right < items.length && order(items[right] as T, items[least] as T) < 0) least = right
        if (least === at) return first
        swap(at, least)
        at = least
      }
    },
  }
}
