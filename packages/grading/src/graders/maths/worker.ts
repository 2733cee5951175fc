import { parentPort } from 'node:worker_threads'
import { isBroken } from './node.ts'
import { parseLatex } from './parse-latex.ts'
import { sameAnswer } from './same-answer.ts'
import { readAnswer, type Answer } from './structure.ts'

/** A question to a worker: are these two the same, or (without an answer) can this gold answer be read. */
export type Question = { gold: string; answer?: string }
export type Reply = { same: boolean; problem: string | null }

/** Why a gold answer cannot be read, or null. */
function unreadable(answer: Answer | null): string | null {
  if (!answer) return 'empty'
  const parts = answer.kind === 'union' ? answer.parts : answer.kind === 'ratio' ? answer.terms : 'items' in answer ? answer.items : null
  if (parts) return parts.map(unreadable).find((problem) => problem !== null) ?? null
  const leaves = answer.kind === 'relation' ? answer.sides : answer.kind === 'expression' ? [answer.latex] : []
  const broken = leaves.find((latex) => latex.includes('\\') && isBroken(parseLatex(latex)) && !/\\infty|\\mathbb|\\emptyset|\\text|\\ldots/.test(latex))
  return broken === undefined ? null : `not understood: ${broken}`
}

function reply({ gold, answer }: Question): Reply {
  const wanted = readAnswer(gold)
  if (answer === undefined) return { same: false, problem: unreadable(wanted) }
  const given = readAnswer(answer)
  return { same: wanted !== null && given !== null && sameAnswer(wanted, given), problem: null }
}

parseLatex('x^2') // loads the engine before the first question is timed
parentPort?.on('message', (question: Question) => {
  try {
    parentPort?.postMessage(reply(question))
  } catch (error) {
    parentPort?.postMessage({ same: false, problem: `the engine failed: ${String(error).slice(0, 200)}` })
  }
})
parentPort?.postMessage('ready')
