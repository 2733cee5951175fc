import { answered, ask, askDirectly, type Method } from './method.ts'

/** One completion an attempt: what other methods begin with. */
export const direct: Method = async function* (attempt, { sampling }) {
  const messages = askDirectly(attempt)
  const [reply] = yield* ask({ role: 'solver', messages, seed: attempt.seed, sampling })
  return answered(messages, reply!)
}
