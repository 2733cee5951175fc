import { z } from 'zod'
import { Inexpressible, type ExportOptions, type Turn } from './export-row.ts'
import { inlineThinking, splitThinking, withSystem } from './turns.ts'

/** A turn in ShareGPT's words. */
export const ShareTurn = z.strictObject({ from: z.enum(['system', 'human', 'gpt']), value: z.string() })
export type ShareTurn = z.infer<typeof ShareTurn>

const words = { system: 'system', user: 'human', assistant: 'gpt' } as const
const roles = { system: 'system', human: 'user', gpt: 'assistant' } as const

export const toShareTurn = (turn: Turn, { thinking }: ExportOptions): ShareTurn => ({
  from: words[turn.role],
  value: inlineThinking(turn, thinking),
})
export const fromShareTurn = ({ from, value }: ShareTurn): Turn =>
  from === 'gpt' ? { role: 'assistant', ...splitThinking(value) } : { role: roles[from], content: value }

/** LLaMA-Factory keeps the system message in a column of its own and wants human and gpt turns by turns, human first. */
export function toAlternating(turns: readonly Turn[], options: ExportOptions): { conversations: ShareTurn[]; system?: string | undefined } {
  const system = turns[0]?.role === 'system' ? turns[0].content : undefined
  const rest = system === undefined ? turns : turns.slice(1)
  const wrong = rest.findIndex(({ role }, index) => role !== (index % 2 === 0 ? 'user' : 'assistant'))
  if (wrong >= 0)
    throw new Inexpressible(`LLaMA-Factory wants user and assistant by turns, turn ${wrong + 1} is the ${rest[wrong]?.role}'s`)
  return { conversations: rest.map((turn) => toShareTurn(turn, options)), system }
}

export const fromAlternating = ({ conversations, system }: { conversations: readonly ShareTurn[]; system?: string | undefined }): Turn[] =>
  withSystem(system, conversations.map(fromShareTurn))

/** Human and gpt by turns, human first, ending with the one that is wanted. */
export const alternating = (last: 'human' | 'gpt') =>
  z
    .array(ShareTurn)
    .min(1)
    .superRefine((turns, context) => {
      const wrong = turns.findIndex(({ from }, index) => from !== (index % 2 === 0 ? 'human' : 'gpt'))
      if (wrong >= 0)
        context.addIssue({
          code: 'custom',
          path: [wrong, 'from'],
          message: `is ${turns[wrong]?.from} where ${wrong % 2 === 0 ? 'human' : 'gpt'} is due: turns alternate, human first`,
        })
      else if (turns.at(-1)?.from !== last) context.addIssue({ code: 'custom', message: `ends with ${turns.at(-1)?.from}, not ${last}` })
    })
