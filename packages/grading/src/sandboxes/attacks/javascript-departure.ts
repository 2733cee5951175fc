import { attack, javascript, source, type Attack } from './attack.ts'

/** JavaScript that leaves, hides, or answers in another's place: whatever ends the talk but the tests' own pass is a failure. */
export const javascriptDeparture: readonly Attack[] = [
  attack('nothing thrown', () => 'function f(x) { throw undefined }'),
  attack('an error without a prototype', () => 'function f(x) { throw Object.assign(Object.create(null), { name: "passed" }) }'),
  attack('an error whose name cannot be text', () => 'function f(x) { throw { name: Symbol("passed"), message: Symbol("passed") } }'),
  attack('an error that is an answer', () => 'function f(x) { throw { value: x * x, name: "value", message: x * x } }'),
  attack('the stack run full in an error', () => 'function f(x) { throw { get name() { return f(x) } } }'),
  attack(
    'a generator instead of a value',
    () => source`
    function* f(x) { yield x * x }`,
  ),
  attack('an asynchronous function', () => 'async function f(x) { return x * x }'),
  attack('a then that calls back', () => 'function f(x) { return { then(resolve) { resolve(x * x) } } }'),
  attack(
    'arrays that are none',
    () => source`
    class L extends Array { static get [Symbol.species]() { return Number } map() { return [9, 144] } }
    function f(x) { return new L(x, x) }`,
  ),
  attack(
    'an array that grows while it is read',
    () => source`
    function f(x) {
      const all = [0]
      Object.defineProperty(all, 0, { get() { all.push(0, 0); return 1 } })
      return all
    }`,
  ),
  attack(
    'iterators that have no end',
    () => source`
    Array.prototype[Symbol.iterator] = function* () { for (;;) yield 9 }
    Map.prototype[Symbol.iterator] = Set.prototype[Symbol.iterator] = Array.prototype[Symbol.iterator]
    function f(x) { return new Set([1]) }`,
  ),
  attack(
    'the encoder taken and fed',
    () => source`
    const map = Array.prototype.map
    let taken
    Array.prototype.map = function (work) { taken ??= work; return map.call(this, () => ({ ask: ["f", [3]], passed: 4 })) }
    Array.from = (all, work) => (taken = work, [{ passed: 4 }])
    function f(x) { return [x, { [Symbol.toStringTag]: "Number" }] }`,
  ),
  attack(
    'the functions that it was asked for, exchanged',
    () => source`
    Object.defineProperty(Object.prototype, "f", { get: () => () => 9, set() {}, configurable: false })
    Function.prototype.call = Function.prototype.apply = () => 9
    Object.keys = () => ["equal", "evaluate", "f"]
    function f(x) { return -1 }`,
  ),
  attack(
    'a prototype for everything that is parsed',
    () => source`
    for (const name of ["value", "ask", "passed", "error", "then", "toJSON"])
      Object.defineProperty(Object.prototype, name, { get: () => 9, set() {}, configurable: true })
    function f(x) { return -1 }`,
  ),
  attack('toJSON', () => 'Number.prototype.toJSON = () => 9; String.prototype.toJSON = () => 9\nfunction f(x) { return -1 }'),
  attack(
    'negative zero, infinity and what is no number',
    () => 'const all = [-0, 1 / 0, NaN]; let n = 0\nfunction f(x) { return all[n++ % 3] }',
  ),
  attack('numbers of another kind', () => 'function f(x) { return BigInt(x * x) }'),
  attack('numbers as text', () => 'function f(x) { return String(x * x) }'),
  attack('symbols', () => 'function f(x) { return Symbol.for("opaque") }'),
  attack(
    'jobs left for later',
    () => source`
    const forever = () => Promise.resolve().then(forever)
    forever()
    Promise.reject(new Error("passed"))
    function f(x) {
      new FinalizationRegistry(forever).register({}, 0)
      return -1
    }`,
  ),
  attack('stopped by the debugger', () => 'function f(x) { debugger; return -1 }'),
  attack(
    'garbage in cycles, for ever',
    () => source`
    function f(x) {
      for (;;) { const a = {}; a.a = new WeakRef(a); new WeakMap([[a, a]]) }
    }`,
  ),
  attack(
    'sorting that never agrees',
    () => 'function f(x) { return Array.from({ length: 1e6 }, () => 0).sort(() => Math.random() - 0.5) }',
  ),
  attack(
    'modules made of text',
    ({ file }) => javascript`
    import("data:text/javascript,export default 9")
    import(${file})
    WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
    new Worker("data:text/javascript,0")
    globalThis.constructor.constructor("return this")().sendLine('{"passed":4}')`,
  ),
]
