import { clipSpans } from '@whetstone/core'
import type { Call, Example, Message, Origin } from '@whetstone/core'

/** The part of a training row that says which tokens it is made of. */
export type RowTokens = Pick<Example, 'origin' | 'promptText' | 'templateArguments' | 'vocabulary' | 'ids' | 'forced'>

/**
 * The call behind a row: the last that said what the row says, of those that were asked what the row asks if there is one. What a filter or
 * solver rewrote has none, so that no row can carry ids of another text.
 */
export function callBehind(calls: readonly Call[] | null, messages: readonly Message[]): { call: Call; prompted: boolean } | null {
  const said = (calls ?? []).filter(({ text }) => text === messages.at(-1)?.content)
  const prompted = said.findLast((call) => isPrompt(call.messages, messages))
  if (prompted) return { call: prompted, prompted: true }
  const call = said.findLast(({ answer }) => answer) ?? said.at(-1)
  return call ? { call, prompted: false } : null
}

/** Whether an exchange is a prompt and one answer to it. */
const isPrompt = (prompt: readonly Message[], messages: readonly Message[]) =>
  prompt.length === messages.length - 1 &&
  prompt.every(({ role, content }, i) => messages[i]?.role === role && messages[i]?.content === content)

/**
 * Tokens of a row for the model whose vocabulary is given. Ids stay where they are that vocabulary's and what was sampled says what the row
 * says; the prompt as it was rendered stays only with them, and only where the row asks what was asked.
 */
export function rowTokens(calls: readonly Call[] | null, messages: readonly Message[], vocabulary: string | null): RowTokens {
  const { call, prompted } = callBehind(calls, messages) ?? { call: null, prompted: false }
  const templateArguments = call?.templateArguments ?? calls?.[0]?.templateArguments ?? null
  if (!call?.ids?.length || vocabulary === null || call.vocabulary !== vocabulary)
    return { origin: 'foreign', promptText: null, templateArguments, vocabulary: null, ids: null, forced: [] }
  const promptText = prompted ? call.promptText : null
  const { ids } = call
  const forced = clipSpans(call.forced, ids.length)
  return { origin: promptText === null ? 'reprompted' : 'own', promptText, templateArguments, vocabulary, ids, forced }
}

const order: readonly Origin[] = ['own', 'reprompted', 'foreign']
/** The lesser of two origins. */
export const lesser = (a: Origin, b: Origin): Origin => (order.indexOf(a) > order.indexOf(b) ? a : b)
