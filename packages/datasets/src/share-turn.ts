import { z } from 'zod'
import { Inexpressible, type ExportOptions, type ToolCall, type Turn } from './export-row.ts'
import { inlineThinking, splitThinking, withSystem } from './turns.ts'

/** A turn in ShareGPT's words. */
export const ShareTurn = z.strictObject({ from: z.enum(['system', 'human', 'gpt']), value: z.string() })
export type ShareTurn = z.infer<typeof ShareTurn>
/** And in LLaMA-Factory's, which knows tools. */
const FactoryTurn = z
  .strictObject({ from: z.enum(['human', 'gpt', 'observation', 'function_call']), value: z.string() })
  .refine(({ from, value }) => from !== 'function_call' || callsOf(value) !== null, {
    path: ['value'],
    message: 'is no call of a tool: JSON of {name, arguments}, or a list of such',
  })
export type FactoryTurn = z.infer<typeof FactoryTurn>

const words = { system: 'system', user: 'human', assistant: 'gpt', tool: 'observation' } as const
const roles = { system: 'system', human: 'user', gpt: 'assistant', observation: 'tool' } as const

export const toShareTurn = (turn: Turn, { thinking }: ExportOptions): ShareTurn => {
  const from = words[turn.role]
  if (from === 'observation' || turn.calls?.length) throw new Inexpressible('ShareGPT has no words for tools')
  return { from, value: inlineThinking(turn, thinking) }
}
export const fromShareTurn = ({ from, value }: ShareTurn): Turn =>
  from === 'gpt' ? { role: 'assistant', ...splitThinking(value) } : { role: roles[from], content: value }

/**
 * LLaMA-Factory keeps the system message in a column of its own and wants human (or what a tool gave) and gpt (or a call) by turns, human first.
 * Each column stands in every row, empty too: its loader looks for those that dataset_info.json names.
 */
export function toAlternating(turns: readonly Turn[], options: ExportOptions): { conversations: FactoryTurn[]; system: string } {
  const system = turns[0]?.role === 'system' ? turns[0].content : ''
  const rest = turns[0]?.role === 'system' ? turns.slice(1) : turns
  const wrong = rest.findIndex(({ role }, index) => (index % 2 === 0 ? role !== 'user' && role !== 'tool' : role !== 'assistant'))
  if (wrong >= 0)
    throw new Inexpressible(`LLaMA-Factory wants user and assistant by turns, turn ${wrong + 1} is the ${rest[wrong]?.role}'s`)
  return { conversations: rest.map((turn) => toFactoryTurn(turn, options)), system }
}

function toFactoryTurn(turn: Turn, { thinking }: ExportOptions): FactoryTurn {
  if (!turn.calls?.length) return { from: words[turn.role as Exclude<Turn['role'], 'system'>], value: inlineThinking(turn, thinking) }
  if (turn.content !== '' || (turn.reasoning !== undefined && thinking === 'inline'))
    throw new Inexpressible('LLaMA-Factory has turns that speak and turns that call a tool, and one of this row does both')
  const calls = turn.calls.map(({ name, arguments: text }) => {
    try {
      return { name, arguments: JSON.parse(text) as unknown }
    } catch {
      throw new Inexpressible(`the arguments of a call of ${name} are no JSON: ${text.slice(0, 80)}`)
    }
  })
  return { from: 'function_call', value: JSON.stringify(calls.length === 1 ? calls[0] : calls) }
}

export const fromAlternating = ({
  conversations,
  system,
}: {
  conversations: readonly FactoryTurn[]
  system?: string | null | undefined
}): Turn[] =>
  withSystem(
    system,
    conversations.map(({ from, value }): Turn => {
      if (from === 'function_call') return { role: 'assistant', content: '', calls: callsOf(value) ?? [] }
      return from === 'observation' ? { role: 'tool', content: value } : fromShareTurn({ from, value })
    }),
  )

/** Calls as LLaMA-Factory writes them; null where a text is none. */
function callsOf(text: string): ToolCall[] | null {
  try {
    const value = JSON.parse(text) as { name?: unknown; arguments?: unknown } | { name?: unknown; arguments?: unknown }[]
    const calls = Array.isArray(value) ? value : [value]
    if (calls.length === 0 || calls.some((call) => typeof call?.name !== 'string')) return null
    return calls.map((call) => ({
      name: call.name as string,
      arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments ?? {}),
    }))
  } catch {
    return null
  }
}

/** Human and gpt by turns (or what stands in their place where tools are), human first, ending with the one that is wanted. */
export const alternating = (last: 'human' | 'gpt') =>
  z
    .array(FactoryTurn)
    .min(1)
    .superRefine((turns, context) => {
      const due = (index: number) => (index % 2 === 0 ? ['human', 'observation'] : ['gpt', 'function_call'])
      const wrong = turns.findIndex(({ from }, index) => !due(index).includes(from))
      if (wrong >= 0)
        context.addIssue({
          code: 'custom',
          path: [wrong, 'from'],
          message: `is ${turns[wrong]?.from} where ${due(wrong)[0]} is due: turns alternate, human first`,
        })
      else if (turns.length % 2 !== (last === 'human' ? 1 : 0))
        context.addIssue({ code: 'custom', message: `ends with ${turns.at(-1)?.from}, not ${last}` })
    })
