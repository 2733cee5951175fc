import { join } from 'node:path'
import { tethered } from '@whetstone/core'
import { openCell, type Cell } from './cell.ts'
import type { Limits, Role } from './sandbox.ts'

type Arguments = [file: string, ...rest: string[]]

/**
 * The argument vector for one of this folder's cell programs in a fresh Node process that may do next to nothing: Node's permission model
 * lets it read this folder and the given paths and refuses all else, no code is made from strings, WebAssembly memory is capped.
 */
export function nodeArguments(program: string, args: readonly string[], limits: Limits, readable: readonly string[]): Arguments {
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

/** What Node itself maps as writable before it runs anything, MiB, with room to spare (750 measured). */
const ownMemory = 1024

/**
 * Starts it as a cell, under the shell's limits: no files written, few opened, writable memory bounded (Linux; WebAssembly's bound does not
 * count what JavaScript's own buffers take), and for a program processor time too, so that it cannot outlive us for long where the kernel
 * does not tie it to us. A judge ends when we do: it waits for us most of its life.
 */
export function startNodeCell(program: string, args: readonly string[], role: Role, limits: Limits, readable: readonly string[]): Cell {
  const bounds = ['-c 0', '-f 0', '-n 64', `-d ${(limits.memory + ownMemory) * 1024}`]
  if (role === 'program') bounds.push(`-t ${Math.ceil(limits.seconds) * 2 + 60}`)
  const script = `${bounds.map((bound) => `ulimit ${bound}; `).join('')}exec "$@"`
  const [file, rest] = tethered('/bin/sh', ['-c', script, 'sh', ...nodeArguments(program, args, limits, readable)])
  return openCell([file, ...rest], { output: limits.output * 2 ** 20 })
}
