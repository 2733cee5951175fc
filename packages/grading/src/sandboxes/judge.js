/* oxlint-disable no-unused-vars -- one of three parts that are put together as one function body */
// Runs a task's tests and says which passed. The program is in another process: its functions are called over there and only plain values
// come back.

// The tests are the task's own and this is QuickJS, where eval means no more than running them.
const evaluate = globalThis.eval // oxlint-disable-line no-eval

/** Throws unless both are the same values in the same structure; a key with value undefined is not the same as no key. */
const equal = (() => {
  const same = (a, b) => {
    if (a === b || Object.is(a, b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
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

const catches = /\b(?:catch|throws|rejects)\b/

const judge = () => {
  class Raised extends Error {}
  let raises = []
  const ask = (name, values) => {
    send({ ask: [name, values.map(encode)] })
    const reply = receive()
    if ('error' in reply) {
      const raised = new Raised(`${reply.error}: ${reply.message}`)
      raises.push(raised)
      throw raised
    }
    return decode(reply.value)
  }
  const order = receive()
  globalThis.equal = equal
  try {
    evaluate(order.setup)
    for (const test of order.tests) new Function(test)
  } catch (error) {
    return send({ broken: String(error) })
  }
  for (const name of order.names) globalThis[name] = (...values) => ask(name, values)
  const results = order.tests.map((test) => {
    raises = []
    try {
      evaluate(test)
      // Only a test that says so may go on after an exception of the program's: one that was swallowed on the way passes nothing.
      if (raises.length > 0 && !catches.test(test) && !catches.test(order.setup)) return { passed: false, raised: raises[0].message }
      return { passed: true }
    } catch (error) {
      return { passed: false, raised: error instanceof Raised ? error.message : null }
    }
  })
  const failed = results.filter(({ passed }) => !passed)
  send({ passed: results.length - failed.length, raised: failed[0]?.raised ?? null })
}
