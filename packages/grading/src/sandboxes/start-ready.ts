import type { Cell } from './cell.ts'
import { limits as defaults, type Limits, type Role, type Sandbox } from './sandbox.ts'

/** Seconds for an interpreter to stand ready; what takes longer is the machine's fault, never the program's. */
const patience = 60

/**
 * Starts a cell and waits until its interpreter stands ready; tries twice, since a busy machine may refuse once. Throws when it does not
 * start.
 */
export async function startReady(sandbox: Sandbox, role: Role, limits: Limits): Promise<Cell> {
  for (let tries = 1; ; tries++) {
    const cell = await sandbox.start(role, limits)
    const clock = setTimeout(() => cell.kill(), patience * 1000)
    const line = await cell.receive()
    clearTimeout(clock)
    if (line === '"ready"') return cell
    cell.kill()
    const complaint = cell.complaint.trim().split('\n').at(-1) || `no answer in ${patience} s`
    if (tries === 2) throw new Error(`The ${sandbox.name} sandbox does not start (${complaint})`)
  }
}

/** Why a sandbox does not start, or null. */
export function whyMissing(sandbox: Sandbox): Promise<string | null> {
  return startReady(sandbox, 'program', defaults).then(
    (cell) => (cell.kill(), null),
    (error: Error) => error.message,
  )
}
