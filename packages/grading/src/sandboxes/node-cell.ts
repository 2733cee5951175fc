import { join } from 'node:path'
import { tethered } from '@whetstone/core'
import { openCell, type Cell } from './cell.ts'
import type { Limits } from './sandbox.ts'

/**
 * The argument vector for one of this folder's cell programs in a fresh Node process that may do next to nothing: Node's permission model lets it read this folder and the given paths and refuses all else, no code is made
 * from strings, WebAssembly memory is capped.
 */
export function nodeArguments(program: string, args: readonly string[], limits: Limits, readable: readonly string[]): [string, ...string[]] {
  return [
    process.execPath,
    '--permission',
    ...[import.meta.dirname, ...readable].map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    `--wasm-max-mem-pages=${limits.memory * 16}`, // of 64 KiB
    `--max-old-space-size=${limits.memory}`,
    // The cheapest start: one thread, WebAssembly compiled once and quickly (0.4 s of processor time for pyodide instead of 0.7).
    '--single-threaded',
    '--liftoff-only',
    '--no-warnings',
    join(import.meta.dirname, program),
    ...args,
  ]
}

/** Starts it as a cell. Processor time is limited too, so that it cannot outlive us for long where the kernel does not tie it to us. */
export function startNodeCell(program: string, args: readonly string[], limits: Limits, readable: readonly string[]): Cell {
  const node = nodeArguments(program, args, limits, readable)
  const seconds = String(Math.ceil(limits.seconds) * 2 + 60)
  const [file, rest] = tethered('/bin/sh', ['-c', 'ulimit -t "$0" && ulimit -c 0; exec "$@"', seconds, ...node])
  return openCell([file, ...rest], { output: limits.output * 2 ** 20 })
}
