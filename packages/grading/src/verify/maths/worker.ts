import { parentPort } from 'node:worker_threads'
import { takeDoubt } from './doubt.ts'
import { isBroken } from './node.ts'
import { parseLatex } from './parse-latex.ts'
import { sameAnswer } from './same-answer.ts'
import type { Answer } from './answer.ts'
import { readAnswer } from './read-answer.ts'
import { startWork, TooMuchWork } from './work.ts'

/** A question to a worker: are these two the same, or (without an answer) can this gold answer be read. They come read, since reading them took as long as comparing. */
export type Question = { gold: Answer | null; answer?: Answer | null }
/** `problem`: why there is no verdict, or why a gold answer cannot be read. */
export type Reply = { same: boolean; problem: string | null }

/** Why a gold answer cannot be read, or null. */
function unreadable(answer: Answer | null): string | null {
  if (!answer) return 'empty'
  const parts = answer.kind === 'union' ? answer.parts : answer.kind === 'ratio' ? answer.terms : 'items' in answer ? answer.items : null
  if (parts) return parts.map(unreadable).find((problem) => problem !== null) ?? null
  const leaves = answer.kind === 'relation' ? answer.sides : answer.kind === 'expression' ? [answer.latex] : []
  // What the comparison settles without the engine (sets, words, an ellipsis) may be beyond it.
  const isSettled = (latex: string) => !latex.includes('\\') || /\\infty|\\mathbb|\\emptyset|\\text|\\ldots/.test(latex)
  const broken = leaves.find((latex) => !isSettled(latex) && isBroken(parseLatex(latex)))
  return broken === undefined ? null : `not understood: ${broken}`
}

function reply({ gold, answer }: Question): Reply {
  startWork()
  if (answer === undefined) return { same: false, problem: unreadable(gold) }
  takeDoubt()
  const same = gold !== null && answer !== null && sameAnswer(gold, answer)
  return { same, problem: same ? null : takeDoubt() }
}

/** Typical comparisons, so that the engine is loaded and compiled before the first question is timed. */
const exercise: Question[] = [
  ['\\frac{1}{\\sqrt2}', '\\frac{\\sqrt2}{2}'],
  ['x^2+2x+1', '(x+1)^2'],
  ['\\sin 2x', '2\\sin x\\cos x'],
  ['(-\\infty,3]', 'x \\le 3'],
  ['y=2x+3', '2x-y+3=0'],
  ['\\begin{pmatrix}1\\\\2\\end{pmatrix}', '\\begin{pmatrix}1\\\\3\\end{pmatrix}'],
  ['1\\pm\\sqrt3', '1+\\sqrt3, 1-\\sqrt3'],
  ['(1,\\pi)', '(1,3\\pi)'],
  ['2+3i', '2-3i'],
].map(([gold, answer]) => ({ gold: readAnswer(gold as string), answer: readAnswer(answer as string) }))
for (let round = 0; round < 3; round++) exercise.forEach(reply)
parentPort?.on('message', (question: Question) => {
  try {
    parentPort?.postMessage(reply(question))
  } catch (error) {
    if (error instanceof TooMuchWork) return parentPort?.postMessage({ same: false, problem: error.message })
    parentPort?.postMessage({ same: false, problem: `the engine failed: ${String(error).slice(0, 200)}` })
  }
})
parentPort?.postMessage('ready')
