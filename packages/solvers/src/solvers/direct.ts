import { answered, ask, askDirectly, methodSolver } from './method.ts'

/** One completion an attempt, and that is the answer. */
export const direct = methodSolver('direct', async function* (attempt, { sampling }) {
  const messages = askDirectly(attempt)
  const [reply] = yield* ask({ role: 'solver', messages, seed: attempt.seed, sampling })
  return answered(messages, reply!)
})
