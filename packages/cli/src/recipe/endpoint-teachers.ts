import { BadInput } from '@whetstone/core'
import type { OpenOptions, Teacher } from '@whetstone/core'
import { endpointTeacher } from '@whetstone/inference'
import { readSpending, writeSpending } from '@whetstone/runs'
import type { Flags, Values } from '../command.ts'

export const teacherFlags = {
  teacher: { type: 'string', about: "who names errors, the role basic: an http address, or PRESET:MODEL (default: the recipe's)" },
  'advanced-teacher': { type: 'string', about: 'who takes what stays unsolved, the role advanced (default: as --teacher)' },
  'teacher-tokens': { type: 'number', min: 1, about: 'most tokens of these endpoints in the run, prompts included' },
  'teacher-money': { type: 'number', min: 0, whole: false, about: 'most that they may cost in the run; needs --teacher-price' },
  'teacher-price': { type: 'string', about: 'of a million tokens, PROMPT/COMPLETION, e.g. 0.15/0.60' },
} as const satisfies Flags
export type TeacherFlags = Values<typeof teacherFlags>

/**
 * Teachers at endpoints, where flags name them, with one purse for both. What they cost is written to `ledger` after each batch, so that a run that
 * goes on, in another sitting too, keeps to its cap.
 */
export function endpointTeachers(
  flags: TeacherFlags,
  options: OpenOptions,
  ledger: string | undefined,
): { basic?: Teacher; advanced?: Teacher } {
  const [, prompt, completion] = /^([\d.]+)\/([\d.]+)$/.exec(flags['teacher-price'] ?? '') ?? []
  if (flags['teacher-price'] !== undefined && completion === undefined)
    throw new BadInput(`--teacher-price=${flags['teacher-price']} is not PROMPT/COMPLETION, e.g. 0.15/0.60`)
  const { teacher, 'advanced-teacher': advanced } = flags
  const asked = [flags['teacher-tokens'], flags['teacher-money'], flags['teacher-price']]
  if (teacher === undefined && advanced === undefined && asked.some((flag) => flag !== undefined))
    throw new BadInput(
      '--teacher-tokens, --teacher-money and --teacher-price are of an endpoint: name it with --teacher=URL or --teacher=PRESET:MODEL',
    )
  const price = completion === undefined ? undefined : { prompt: Number(prompt), completion: Number(completion) }
  const cap = { tokens: flags['teacher-tokens'], money: flags['teacher-money'], price }
  const spent = (ledger === undefined ? null : readSpending(ledger)) ?? { prompt: 0, completion: 0, money: 0 }
  const at = (flag: string, address: string) =>
    endpointTeacher(address, { ...options, flag }, cap, spent, () => ledger !== undefined && writeSpending(ledger, spent))
  return {
    ...(teacher === undefined ? {} : { basic: at('--teacher', teacher) }),
    ...(advanced !== undefined
      ? { advanced: at('--advanced-teacher', advanced) }
      : teacher !== undefined
        ? { advanced: at('--teacher', teacher) }
        : {}),
  }
}
