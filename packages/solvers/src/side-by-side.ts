import type { Fault } from '@whetstone/core'
import type { Ask, Course, Draft, Reply } from './method.ts'
import { CallFault } from './method.ts'

/** Several courses of one attempt at once: what they want next is asked together. What each comes to, in order; a fault ends only its own. */
export async function* sideBySide(courses: readonly Course[]): AsyncGenerator<readonly Ask[], (Draft | Fault)[], readonly Reply[]> {
  const outcomes: (Draft | Fault)[] = []
  let open: { place: number; course: Course; asks: readonly Ask[] }[] = []
  const take = async (place: number, course: Course, replies: readonly Reply[] | null) => {
    try {
      const { done, value } = replies ? await course.next(replies) : await course.next()
      if (done) outcomes[place] = value
      else open.push({ place, course, asks: value })
    } catch (error) {
      if (!(error instanceof CallFault)) throw error
      outcomes[place] = error.fault
    }
  }
  for (const [place, course] of courses.entries()) await take(place, course, null)
  while (open.length > 0) {
    const waiting = open
    open = []
    const replies = yield waiting.flatMap(({ asks }) => asks)
    let from = 0
    for (const { place, course, asks } of waiting) {
      await take(place, course, replies.slice(from, from + asks.length))
      from += asks.length
    }
  }
  return outcomes
}
