import type { Cell } from './cell.ts'

export type Language = 'python' | 'javascript'

/**
 * What a cell is for: `program` holds what a model wrote and answers calls, `judge` runs the task's tests and never meets the program's
 * objects.
 */
export type Role = 'program' | 'judge'

export type Limits = {
  /** Wall-clock seconds that the program and its tests may take together, from the moment both interpreters stand ready. */
  seconds: number
  /** Memory of one interpreter, MiB. */
  memory: number
  /** What one interpreter may write to its channel, MiB. */
  output: number
}
export const limits: Limits = { seconds: 10, memory: 512, output: 8 }

/** A way of running code that is not trusted: one file each in this folder. */
export type Sandbox = {
  readonly name: string
  readonly language: Language
  /** Why it cannot be used on this machine and what to do about it, found by starting it once; null where it works. */
  missing(): Promise<string | null>
  /** Starts a fresh interpreter. It sends `"ready"`, then takes an order: a program one for its life, a judge one after the other. */
  start(role: Role, limits: Limits): Promise<Cell>
}
