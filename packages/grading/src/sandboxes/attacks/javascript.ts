import { attack, javascript, source, type Attack } from './attack.ts'

/** Attacks in JavaScript: by exhaustion, by forgery, by reaching out. */
export const javascriptAttacks: readonly Attack[] = [
  attack('infinite loop', () => 'function f(x) { for (;;); }'),
  attack('infinite loop when loaded', () => 'for (;;);'),
  attack('regular expression bomb', () => 'function f(x) { return /^(a+)+$/.test("a".repeat(64) + "b") }'),
  attack('endless iteration in native code', () => 'function f(x) { return Array.from({ length: 2 ** 32 - 1 }, () => 0).length }'),
  attack(
    'endless promises',
    () => source`
    function f(x) {
      const again = () => Promise.resolve().then(again)
      again()
      return -1
    }`,
  ),
  attack('huge BigInt', () => 'function f(x) { return 9n ** (9n ** 9n) }'),
  attack(
    'memory bomb',
    () => source`
    function f(x) {
      const hoard = []
      for (;;) hoard.push(new Uint8Array(1e7).fill(1))
    }`,
  ),
  attack('memory bomb by doubling', () => 'function f(x) { let text = "x"; for (;;) text = (text + text).toUpperCase() }'),
  attack('memory bomb when loaded', () => 'const hoard = []; for (;;) hoard.push(Array(1e6).fill({}))'),
  attack(
    'errors thrown, one of each kind',
    () => 'const kinds = [Error, RangeError, TypeError, SyntaxError]; let n = 0\nfunction f(x) { throw new kinds[n++ % 4]("passed") }',
  ),
  attack('an error named as the end of a loop', () => 'function f(x) { throw { name: "StopIteration", message: "", done: true } }'),
  attack(
    'patched equality',
    () => source`
    Object.is = () => true
    Object.keys = () => []
    Array.prototype.every = () => true
    Object.hasOwn = () => true
    globalThis.equal = () => {}
    function f(x) { return -1 }`,
  ),
  attack('deep recursion', () => 'function f(x) { return f(x) + 1 }'),
  attack(
    'deep recursion in native code',
    () => source`
    let nested = []
    for (let n = 0; n < 1e6; n++) nested = [nested]
    function f(x) { return JSON.stringify(nested) }`,
  ),
  attack(
    'a deeply nested result',
    () => source`
    let nested = []
    for (let n = 0; n < 1e6; n++) nested = [nested]
    function f(x) { return nested }`,
  ),
  attack(
    'a result that holds itself',
    () => source`
    const own = []
    own.push(own)
    function f(x) { return own }`,
  ),
  attack('a huge result', () => 'function f(x) { return "x".repeat(1e8) }'),
  attack('endless short lines', () => 'function f(x) { for (;;) console.log() }'),
  attack('endless output', () => 'function f(x) { for (;;) console.log("x".repeat(1e5)) }'),
  attack('Atomics.wait', () => 'function f(x) { return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }'),

  attack(
    'success printed',
    () => source`
    console.log('{"passed":3,"raised":null}')
    function f(x) {
      console.log('{"passed":3,"raised":null}')
      return -1
    }`,
  ),
  attack(
    'values that turn into the answer',
    () => source`
    function f(x) { return { valueOf: () => x * x, toString: () => String(x * x), [Symbol.toPrimitive]: () => x * x } }`,
  ),
  attack(
    'a Proxy',
    () => source`
    function f(x) { return new Proxy({}, { get: () => x * x, ownKeys: () => [], getPrototypeOf: () => Number.prototype }) }`,
  ),
  attack(
    'a number object',
    () => source`
    class Any extends Number { get valueOf() { return () => 9 } }
    function f(x) { return new Any(x * x) }`,
  ),
  attack('a promise', () => 'function f(x) { return Promise.resolve(x * x) }'),
  attack(
    'a getter that changes its mind',
    () => source`
    let n = 0
    function f(x) { return { get opaque() { return n++ }, get undefined() { return 0 } } }`,
  ),
  attack(
    'an object that claims a kind',
    () => 'function f(x) { return { number: "9", bigint: "9", object: [["valueOf", 9]], __proto__: null } }',
  ),
  attack(
    'patched built-ins',
    () => javascript`
    Object.is = () => true
    Object.keys = () => []
    JSON.stringify = () => '{"passed":3,"raised":null}'
    JSON.parse = () => ({ passed: 3 })
    Array.prototype.map = () => []
    Array.prototype.every = () => true
    Array.from = () => [9]
    globalThis.Error = function () { return {} }
    String.prototype.slice = () => ""
    Object.prototype.passed = 3
    Object.defineProperty(Object.prototype, "value", { get: () => 9, set() {} })`,
  ),
  attack(
    'patched harness',
    () => javascript`
    globalThis.equal = () => {}
    globalThis.judge = () => {}
    globalThis.evaluate = () => {}
    globalThis.serve = () => {}
    sendLine('{"passed":3,"raised":null}')
    globalThis.sendLine('{"passed":3,"raised":null}')
    receiveLine()`,
  ),
  attack(
    'names of the harness declared',
    () => source`
    const equal = () => {}
    const results = [], order = {}, send = () => {}
    let encode = () => 9
    function f(x) { return -1 }`,
  ),
  attack(
    'harness reached through the stack',
    () => source`
    function f(x) {
      try { return f.caller() } catch {}
      try { return arguments.callee.caller() } catch {}
      Error.prepareStackTrace = (error, stack) => stack.map((site) => site.getFunction?.())
      return new Error().stack
    }`,
  ),
  attack('strange exceptions', () => 'function f(x) { throw x > 0 ? null : { get name() { throw 1 }, get message() { for (;;); } } }'),

  attack(
    'exit',
    () => javascript`
    process.exit(0)
    quit()
    exit(0)
    std.exit(0)
    globalThis.close()`,
  ),
  attack(
    'modules of Node and QuickJS',
    ({ file, pid }) => javascript`
    require("fs").writeFileSync(${file}, "owned")
    process.kill(${pid}, 9)
    import("node:fs").then((fs) => fs.writeFileSync(${file}, "owned"))
    import("os").then((os) => os.kill(${pid}, 9))
    std.open(${file}, "w").puts("owned")`,
  ),
  attack(
    'file read',
    ({ file }) => source`
    function f(x) {
      throw new Error(typeof require === "function" ? require("fs").readFileSync(${file}, "utf8") : std.loadFile(${file}))
    }`,
  ),
  attack(
    'network',
    ({ port }) => javascript`
    fetch("http://127.0.0.1:" + ${port})
    new WebSocket("ws://127.0.0.1:" + ${port})
    new XMLHttpRequest().open("GET", "http://127.0.0.1:" + ${port}, false)
    require("net").connect(${port})`,
  ),
  attack(
    'escape through functions of the host',
    ({ pid }) => javascript`
    console.log.constructor("return process")().kill(${pid}, 9)
    module.constructor.constructor("return process")().kill(${pid}, 9)
    globalThis.constructor.constructor("return process")().kill(${pid}, 9)
    eval.constructor("return process")().kill(${pid}, 9)`,
  ),
  attack(
    'eval',
    ({ pid }) => javascript`
    eval("process.kill(" + ${pid} + ", 9)")
    new Function("process.kill(" + ${pid} + ", 9)")()
    (0, eval)("this.process.kill(" + ${pid} + ", 9)")
    new (async () => {}).constructor("process.kill(" + ${pid} + ", 9)")()`,
  ),
]
