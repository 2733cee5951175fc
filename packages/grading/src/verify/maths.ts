import type { Grade } from '@whetstone/core'
import { noAnswer, toGrade, verdict, type Verdict } from './verdict.ts'
import { beyondCaps } from './maths/caps.ts'
import { decimalPoint } from './maths/decimal-point.ts'
import { extractAnswer } from './maths/extract.ts'
import { sharedPool, type MathsPool } from './maths/pool.ts'
import { sameQuantity } from './maths/same-quantity.ts'
import type { Answer, Relation } from './maths/answer.ts'
import { readAnswer } from './maths/read-answer.ts'
import { bare, tidy, words } from './maths/tidy.ts'
import { isName } from './name.ts'
import { choiceOf, readChoice } from './read-choice.ts'
import { plainText } from './number/plain-text.ts'
import { isNamedOtherwise } from './said-names.ts'

export { extractAnswer } from './maths/extract.ts'
export { openMathsPool, type MathsPool } from './maths/pool.ts'

/** A gold answer prepared once for all the answers that it grades. */
type Gold = {
  text: string
  answer: Answer | null
  bare: string
  problem: string | null
  /** The letter, where one of several choices is asked for. */
  choice: string | null
  /** `\\beta` in `\\beta=4`, else empty. */
  name: string
  /** `3,5` in plain text may also be a list. */
  list: Answer | null
  /** Without delimiters, commands or operators: what holds letters is words, not a product. */
  isPlain: boolean
}
const golds = new Map<string, Gold>()

/**
 * A line without delimiters, box or announcement is the gold answer itself (`12 boys and 13 girls` is not 13); anything else is a solution
 * that holds it.
 */
function goldText(gold: string): string {
  const isAnswer = /^[^\n$]{1,200}$/.test(gold.trim()) && !/\\boxed|\\[([]|####|answer|^A:\s/i.test(gold)
  return isAnswer ? plainText(gold.trim(), true) : (extractAnswer(gold) ?? gold)
}

function prepare(gold: string): Gold {
  let prepared = golds.get(gold)
  if (!prepared) {
    const found = goldText(gold)
    const text = /[\\$]/.test(gold) ? found : decimalPoint(found)
    const problem = text.trim() === '' ? 'empty' : beyondCaps(text)
    const answer = problem ? null : readAnswer(text)
    prepared = {
      text,
      problem,
      answer,
      name: answer?.kind === 'relation' ? nameOf(answer) : '',
      bare: problem ? '' : bare(tidy(text)),
      choice: problem ? null : choiceOf(text),
      list: text === found || !/^[-+]?\d+,[-+]?\d+$/.test(found) ? null : readAnswer(`\\{${found}\\}`),
      isPlain: !/[\\$^_=+*/<>]|\w:\w/.test(gold),
    }
    if (golds.size >= 10_000) golds.clear()
    golds.set(gold, prepared)
  }
  return prepared
}

/** The name of a single value; empty for relations of another kind. */
function nameOf({ sides, signs }: Relation): string {
  if (!signs.every((sign) => sign === '=')) return ''
  const [first, last] = [sides[0], sides.at(-1)] as [string, string]
  return isName(first) ? bare(first) : isName(last) ? bare(last) : ''
}

/** Whether the output says another name beside what was read as its answer: "the value of k is 4", `k = \\boxed{4}`. */
function isOthers(name: string, output: string, given: string): boolean {
  const value = given.replace(/^[=\s]+/, '')
  if (name === '' || /[=<>]/.test(value)) return false
  const text = plainText(output, true)
  const read = [value, /-?[\d.,]*\d/.exec(value)?.[0]].find((part) => part && text.includes(part))
  if (!read) return false
  const at = text.lastIndexOf(read)
  return isNamedOtherwise(name, text, at, at + read.length)
}

/** The verdict where strings or plain numbers decide without the engine, else the answer as it was read. `plain`: the output holds no LaTeX, so that a comma may be a
 * decimal point. */
function decide(gold: Gold, given: string, plain: boolean): boolean | { text: string; answer: Answer } {
  if (given === gold.text) return true
  if (gold.choice !== null) {
    const chosen = readChoice(given)
    if (chosen !== null || /^[A-J]$/.test(gold.choice)) return chosen?.toUpperCase() === gold.choice
  }
  const number = gold.answer?.kind === 'expression' && gold.answer.written
  const text = number && plain ? decimalPoint(given) : given
  const answer = readAnswer(text)
  if (!answer) return false
  const decided = gold.answer?.kind === 'expression' && answer.kind === 'expression' ? sameQuantity(gold.answer, answer) : null
  if (decided !== null) return decided
  if (bare(tidy(given)) === gold.bare) return true
  if (gold.answer?.kind === 'list' && answer.kind === 'list') return { text, answer }
  const isWords = gold.isPlain && /^(?:[A-Za-z]|\d+[A-Z])/.test(gold.text) && !/^[A-Za-z]$/.test(gold.text)
  return isWords ? words(tidy(given)) === words(tidy(gold.text)) : { text, answer }
}

/** Extracts the final answer of a worked solution and compares it with the gold one (LaTeX, or a solution that holds it) by the rules of
 * POLICY.md. Never throws; what is beyond the caps is "cannot grade", what takes too long or
 * cannot be settled "not decided", and neither is correct. */
export async function verifyMaths({ gold, answer, pool }: { gold: string; answer: string; pool?: MathsPool }): Promise<Verdict> {
  const wanted = prepare(gold)
  if (wanted.problem) return verdict(false, null, `cannot grade: gold answer ${wanted.problem}`)
  if (answer.trim() === wanted.text) return verdict(true, wanted.text)
  const given = extractAnswer(answer, wanted.answer?.kind === 'text' || wanted.choice !== null)
  if (given === null) return noAnswer
  const problem = beyondCaps(given)
  if (problem) return verdict(false, `${given.slice(0, 100)}…`, `cannot grade: ${problem}`)
  if (isOthers(wanted.name, answer, given)) return verdict(false, given)
  const isPlain = !/\\|\$[^$]*\$/.test(answer)
  const decided = decide(wanted, given, isPlain)
  if (decided === true || (decided === false && wanted.list === null)) return verdict(decided, given)
  const text = isPlain && wanted.list === null ? decimalPoint(given) : given
  const reply = await (pool ?? sharedPool()).ask({
    gold: wanted.list ?? wanted.answer,
    answer: decided !== false && decided.text === text ? decided.answer : readAnswer(text),
  })
  if (reply.problem) return { ...verdict(false, given, `not decided: ${reply.problem}`), undecided: true }
  return verdict(reply.same, given)
}

/** {@link verifyMaths} as a grade. */
export async function gradeMaths(pair: { gold: string; answer: string; pool?: MathsPool }): Promise<Grade> {
  return toGrade(await verifyMaths(pair))
}

/** Why a gold answer cannot be graded against, or null: tasksets ask when they load, so that no model is blamed for it. */
export async function goldProblem(gold: string, pool: MathsPool = sharedPool()): Promise<string | null> {
  const { answer, problem } = prepare(gold)
  return problem ?? (await pool.ask({ gold: answer })).problem
}
