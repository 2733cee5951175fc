import type { Gate } from '@whetstone/core'
import { plugin } from '@whetstone/core'
import { z } from 'zod'
import gate from './gate.ts'

/** For studying what happens without a gate. It tells what the real one would have said. */
export default plugin({
  name: 'always',
  about: 'promotes every candidate and keeps every bank: for studying collapse',
  settings: z.strictObject({}),
  make(): Gate {
    const real = gate()
    return {
      name: 'always',
      level: real.level,
      judgeBank: (request) => ({ ...real.judgeBank(request), kept: true }),
      decide(request) {
        const decision = real.decide(request)
        if (!request.evaluations.some(({ model }) => model === 'candidate')) return decision
        return { ...decision, promoted: true, reason: `promoted: by gate always; the real one: ${decision.reason}` }
      },
    }
  },
})
