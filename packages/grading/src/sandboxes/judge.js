// Runs a task's tests and says which passed. The program is in another process: its functions are called over there and only plain values come back.

/** Throws unless both are the same values in the same structure; a key with value undefined is not the same as no key. */
const equal = (() => {
  const same = (a, b) => {
    if (a === b || Object.is(a, b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
    if (a instanceof Date) return a.getTime() === b.getTime()
    if (a instanceof Set) return a.size === b.size && [...a].every((item) => b.has(item))
    if (a instanceof Map) return a.size === b.size && [...a].every(([key, item]) => b.has(key) && same(item, b.get(key)))
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
  }
  return (actual, expected) => {
    if (!same(actual, expected)) throw new Error('wrong answer')
  }
})()

const judge = ({ encode, decode, receive, send }, evaluate) => {
  class Raised extends Error {}
  const ask = (name, values) => {
    send({ ask: [name, values.map(encode)] })
    const reply = receive()
    if ('error' in reply) throw new Raised(`raised ${reply.error}: ${reply.message}`)
    return decode(reply.value)
  }
  const order = receive()
  try {
    evaluate(order.setup)
    for (const test of order.tests) new Function(test)
  } catch (error) {
    return send({ broken: String(error) })
  }
  for (const name of order.names) globalThis[name] = (...values) => ask(name, values)
  const failures = order.tests.map((test) => {
    try {
      evaluate(test)
      return null
    } catch (error) {
      return error instanceof Raised ? error.message : 'wrong answer'
    }
  })
  send({ passed: failures.filter((failure) => failure === null).length, failure: failures.find((failure) => failure !== null) ?? null })
}
