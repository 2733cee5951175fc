import { range } from '@whetstone/core'
import { chainsTeacher, chainsWorld } from '@whetstone/tasks'
import chainsKeys from '@whetstone/tasks/tasksets/chains-keys.ts'
import type { R3 } from '../self-train/r3.ts'
import { dpo, sft, verify } from '../self-train/r3.ts'
import { r3OfArms } from './r3-arms.ts'
import { r3Charts, r3Figures, r3Tables, r3Verdict } from './r3-page.ts'
import type { Study } from '../self-train/study.ts'
import type { System, SystemOptions } from './system.ts'
import { atMost, part } from './system.ts'

export const r3System: System = {
  name: 'r3',
  about:
    'attempt, reward, reflect, rewrite, DPO on (rejected, chosen), verification attempts, SFT on the verified, bucket list over rounds; on harder chains, and on keys whose meaning only the critic knows',
  original: [
    { what: 'GSM8K, 700 samples', figure: '83.1 to 88.6', source: 'R3' },
    { what: 'LastLetterConcat, 700 samples', figure: '40.7 to 53.3', source: 'R3' },
  ],
  async run(options) {
    const { study, seeds, print } = options
    const harder = settingsOf(options)
    const compared = await r3OfArms(study, () => harder, { seeds, print })
    const first = compared.runs.critic[0]!
    const title = 'harder tasks'
    const outcome = {
      ours: r3Figures(compared, title),
      tables: r3Tables(compared, harder, title),
      charts: r3Charts(first.rounds),
      verdict: r3Verdict(compared, title),
    }
    const keys = onKeys(options, harder)
    if (!keys) return outcome
    const told = await r3OfArms(keys.study, keys.settings, { seeds, print: (line) => print(`keys: ${line}`) })
    return {
      ...outcome,
      ours: [...outcome.ours, ...r3Figures(told, 'keys')],
      tables: [...outcome.tables, ...r3Tables(told, keys.settings(study.seed), 'keys')],
      verdict: [...outcome.verdict, ...r3Verdict(told, 'keys')],
    }
  },
}

/** The first levels that the model does not have, with what keeps those that it has. */
const settingsOf = ({ prompts, teachers, solved, frontier, quick, limit }: SystemOptions): R3 => ({
  ...{
    rounds: quick ? 2 : 3,
    levels: range(frontier, frontier + 1),
    each: quick ? 150 : 250,
    kept: range(1, solved),
    keptEach: quick ? 60 : 100,
  },
  ...{
    teachers,
    advancedAfter: 1,
    rewrites: 3,
    schedule: [dpo(), verify(), sft()],
    prompts,
    temperature: 0.7,
    validation: atMost(limit, quick ? 150 : 300),
  },
})

/**
 * What no second look finds out: which sign a key stands for. A critic who says so is worth what it says, one that speaks of another attempt is not.
 * Only for chains with the program as a teacher, which can be given the keys. One rewrite, since the third guess
 * of three signs is right by itself.
 */
function onKeys({ study, limit }: SystemOptions, harder: R3): { study: Study; settings: (seed: number) => R3 } | null {
  if (study.taskset.name !== 'chains' || !harder.teachers.basic.name.startsWith('chains-teacher')) return null
  return {
    study: { ...part(study, 'keys'), taskset: chainsKeys() },
    settings: (seed) => {
      const teacher = chainsTeacher({ keys: chainsWorld(seed) })
      return {
        ...harder,
        ...{ levels: [2], each: 128, kept: [], keptEach: 0, rewrites: 1, validation: atMost(limit, 320) },
        teachers: { basic: teacher, advanced: teacher },
        // Two tasks a key are few: they are gone through often.
        schedule: [dpo({ epochs: 10 }), verify(), sft({ epochs: 12, on: 'rewrites' })],
      }
    },
  }
}
