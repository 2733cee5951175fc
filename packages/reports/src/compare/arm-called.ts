import { BadInput, suggest, type Round } from '@whetstone/core'
import type { ArmReader, RoundReader } from '@whetstone/runs'

/** Memory on or off, as arms are told apart in flags; what they were called before 2026-12 is understood. */
const words: Record<string, boolean> = { on: true, off: false, memory: true, bare: false, 'memory-on': true, 'memory-off': false }

/**
 * The arm of a round that a name means: `incumbent` and `candidate` are those with memory as the round serves it, `candidate-on` and `candidate-off` with memory and without, anything else the arm of that very
 * name. Only arms whose attempts are there count.
 */
export function armCalled(reader: RoundReader, { round, served }: Pick<Round, 'round' | 'served'>, name: string): ArmReader {
  const there = reader.arms().filter(({ traces }) => traces.exists)
  const [, role, how] = /^(incumbent|candidate)(?:-([\w-]+))?$/.exec(name) ?? []
  const memory = how === undefined ? served.memory : words[how]
  const found =
    there.find((arm) => arm.name === name) ??
    (memory === undefined ? undefined : there.find((arm) => arm.role === role && arm.memory === memory))
  if (found) return found
  const names = [...new Set(there.map((arm) => arm.name))]
  throw new BadInput(`Round ${round} of run ${reader.run} has no arm "${name}": ${suggest(name, names, 'arms')}`)
}
