import type { Completion, GenerateRequest, LanguageModel, Random } from '@whetstone/core'
import { deriveSeed, random, weightless } from '@whetstone/core'
import type { Chain } from './chain.ts'
import { chainText, readChain, restOf, stepsOf, stepText, traceText } from './chain.ts'
import type { ErrorCategory } from './check-trace.ts'
import { checkTrace } from './check-trace.ts'
import { corruptTrace } from './corrupt-trace.ts'
import { critiqueText } from './critique.ts'
import { chainKeyRule } from '../tasksets/chains-keys.ts'

const categories: readonly ErrorCategory[] = ['value', 'operation', 'operand', 'order', 'format']

export type ChainsTeacher = {
  /** How often what it says is right, in [0, 1]. */
  reliability?: number
  /** What keys stand for (`chainsWorld` of a run's seed), for tasks of chains-keys. Where a key was taken for another sign the critic tells it. */
  keys?: ReadonlyMap<string, string>
}
/** A problem as it was read, what stands after it, and its key: which operation it stands for, and the rule that tells it. */
type Asked = { chain: Chain; rest: string; key: { step: number; sign: string; rule: string } | null }

/**
 * A program as a teacher, wherever an endpoint or a model could be one: it reads the compact prompts for chains and answers as critic
 * (`!` after a trace: the first wrong part and its category), corrector (`!1*2=3v?`: the trace mended), oracle (`3+5?`: the solution),
 * summarizer (`3+5*2?3+5=1;/`: the chain that is left) and judge (`3+5*2?3+5=1;:`: y or n). Unreliable answers are plausible ones: another
 * step blamed, a trace with one mistake. Which requests get them is drawn from each request's seed. What it cannot read it answers with nothing.
 */
export function chainsTeacher({ reliability = 1, keys = new Map() }: ChainsTeacher = {}) {
  const name = reliability === 1 ? 'chains-teacher' : `chains-teacher-${reliability}`
  return { name, open: () => Promise.resolve(teacherModel(name, reliability, keys)) }
}

function teacherModel(name: string, reliability: number, keys: ReadonlyMap<string, string>): LanguageModel {
  return {
    model: { ...weightless, id: `program-${name}`, name },
    async *generate(requests, { signal } = {}): AsyncGenerator<Completion> {
      for (const request of requests) {
        signal?.throwIfAborted()
        const text = answer(request, reliability, keys)
        const prompt = request.messages.reduce((sum, { content }) => sum + content.length, 0)
        // A token a character, as the small models count; and one that ends the turn.
        yield { id: request.id, text, finish: 'stop', tokens: { prompt, completion: text.length + 1 }, seconds: 0 }
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}
function answer({ messages, seed }: GenerateRequest, reliability: number, keys: ReadonlyMap<string, string>): string {
  const next = random(deriveSeed(seed, 'chains-teacher'))
  const reliable = next() < reliability
  const turns = messages.filter(({ role }) => role !== 'system')
  const last = turns.at(-1)?.content ?? ''
  const asked = turns[0] && readPrompt(turns[0].content, keys)
  if (!asked) return ''
  if (turns.length === 1) {
    if (asked.rest === '') return reliable ? traceText(asked.chain) : mistake(next, asked.chain)
    if (asked.rest.endsWith(':')) return isRightSoFar(asked.chain, asked.rest.slice(0, -1)) === reliable ? 'y' : 'n'
    return asked.rest.endsWith('/') ? summary(next, asked.chain, asked.rest.slice(0, -1), reliable) : ''
  }
  const trace = turns.findLast(({ role }) => role === 'assistant')?.content ?? ''
  if (last === '!') return critique(next, asked, trace, reliable)
  return last.startsWith('!') ? (reliable ? traceText(asked.chain) : mistake(next, asked.chain)) : ''
}

/** `3+5*2?` and what follows it; lines (`kx=+;`, `#4;`) before it are passed over. */
function readPrompt(text: string, keys: ReadonlyMap<string, string>): Asked | null {
  const [, problem = '', rest = ''] = /^(?:[^?]*;)?([^?;]*\?)(.*)$/s.exec(text) ?? []
  const [before = '', key = ''] = /^([^a-z]*)([a-z]{2})/.exec(problem)?.slice(1) ?? []
  const sign = keys.get(key)
  const chain = readChain(sign ? problem.replace(key, sign) : problem)
  return chain && { chain, rest, key: sign ? { step: (before.length + 1) / 2, sign, rule: chainKeyRule(key, sign) } : null }
}

/** Whether the last of the whole parts is the one that is due there. */
function isRightSoFar(chain: Chain, work: string): boolean {
  const parts = work.replace(/;$/, '').split(';')
  return parts.at(-1) === traceText(chain).split(';')[parts.length - 1]
}

const mistake = (next: Random, chain: Chain) =>
  chain.operations.length === 0 ? '' : corruptTrace(next, chain, categories[Math.floor(next() * categories.length)] as ErrorCategory)

function critique(next: Random, { chain, key }: Asked, trace: string, reliable: boolean): string {
  const { error } = checkTrace(traceText(chain), trace)
  const isMistaken = error !== null && error.step === key?.step && error.written[1] !== key.sign
  if (reliable) return critiqueText(error, isMistaken ? key.rule : '')
  const parts = trace.split(';').filter((part) => part !== '' && part !== error?.written)
  const blamed = parts[Math.floor(next() * parts.length)]
  if (blamed === undefined) return critiqueText(error ? null : { step: 1, written: '', category: 'format' })
  return critiqueText({ step: 0, written: blamed, category: categories[Math.floor(next() * 4)] as ErrorCategory })
}

/** What is left after the whole steps that are right so far; a summarizer that is wrong skips an operation more. */
function summary(next: Random, chain: Chain, work: string, reliable: boolean): string {
  const steps = stepsOf(chain).map(stepText)
  const written = work.split(';').slice(0, -1)
  const done = written.findIndex((part, i) => part !== steps[i])
  const count = done < 0 ? Math.min(written.length, steps.length) : done
  const rest = restOf(chain, count)
  if (reliable || rest.operations.length === 0) return chainText(rest)
  return chainText({ ...rest, operations: rest.operations.toSpliced(Math.floor(next() * rest.operations.length), 1) })
}
