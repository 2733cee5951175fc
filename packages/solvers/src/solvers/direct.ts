import { plugin } from '@whetstone/core'
import { z } from 'zod'
import { direct } from '../direct-method.ts'
import { methodSolver } from '../method.ts'

export default plugin({
  name: 'direct',
  about: 'one completion an attempt, and that is the answer',
  settings: z.strictObject({}),
  make: () => methodSolver('direct', direct),
})
