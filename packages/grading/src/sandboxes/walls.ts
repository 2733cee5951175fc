import { Buffer } from 'node:buffer'
import { readSync, writeSync } from 'node:fs'
import { registerHooks } from 'node:module'

const exit = process.exit.bind(process)

/** Writes a line to our parent. */
export function sendLine(line: string): void {
  const bytes = Buffer.from(`${line}\n`)
  for (let written = 0; written < bytes.length;) written += writeSync(1, bytes, written)
}

let pending = Buffer.alloc(0)
/** Reads a line from our parent, and waits for it. Ends the process when there is none to come. */
export function receiveLine(): string {
  const chunk = Buffer.alloc(65_536)
  for (;;) {
    const end = pending.indexOf(10)
    if (end >= 0) {
      const line = pending.subarray(0, end).toString()
      pending = pending.subarray(end + 1)
      return line
    }
    const count = readSync(0, chunk)
    if (count === 0) exit()
    pending = Buffer.concat([pending, chunk.subarray(0, count)])
  }
}

/**
 * Takes from this process what reaches the outside: whatever is no part of the language itself leaves the global object, and no module can
 * be imported any more. Node's own permission model and --disallow-code-generation-from-strings, set when we were started, stand behind it:
 * no files, no child processes, no workers, no add- ons, no eval.
 */
export function raiseWalls(keep: readonly string[] = []): void {
  registerHooks({
    resolve(specifier) {
      throw new Error(`${specifier} cannot be imported here`)
    },
  })
  const kept = new Set([...language, ...keep])
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!kept.has(name)) delete (globalThis as Record<string, unknown>)[name]
}

/** The global names of ECMAScript 2025, with WebAssembly. */
const language = (
  'globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape AggregateError Array ArrayBuffer BigInt BigInt64Array BigUint64Array ' +
  'Boolean DataView Date Error EvalError FinalizationRegistry Float16Array Float32Array Float64Array Function Int8Array Int16Array Int32Array Iterator Map Number Object Promise Proxy RangeError ReferenceError RegExp Set String ' +
  'Symbol SyntaxError TypeError Uint8Array Uint8ClampedArray Uint16Array Uint32Array URIError WeakMap WeakRef WeakSet JSON Math Reflect WebAssembly'
).split(' ')
