import { clipLine } from '../tables/clip-line.ts'
import { wrap } from '../tables/wrap.ts'
import { answerOf, answersOf } from './answers-of.ts'
import type { ArmsCompared, Fate } from './compare-arms.ts'
import type { ComparedArm } from './compared-arm.ts'

const letter = (index: number) => String.fromCharCode(65 + index)
/** The first tasks that each treatment broke and fixed, with the answers and what is right, for a terminal of 80 columns; empty where nothing changed. */
export async function showAnswers(
  arms: readonly ComparedArm[],
  { matrix }: Pick<ArmsCompared, 'matrix'>,
  { most, names }: { most: number; names?: readonly string[] },
): Promise<string> {
  const called = (index: number) => names?.[index] ?? letter(index)
  const width = Math.max(8, ...arms.map((_, index) => called(index).length))
  const blocks: string[] = []
  for (const [index, { tasks, counts }] of matrix.entries())
    for (const fate of ['broken', 'fixed'] satisfies Fate[]) {
      const own = tasks.filter((task) => task.fate === fate)
      if (own.length === 0 || most === 0) continue
      const shown = await answersOf(arms, own.slice(0, most))
      const [before, after] = [called(0), called(index + 1)]
      const how = fate === 'broken' ? `${before} was right, ${after} is not` : `${after} is right, ${before} was not`
      blocks.push(
        [
          wrap(
            `${fate === 'broken' ? 'Broken' : 'Fixed'}: ${how}${counts[fate] > shown.length ? `, ${shown.length} of ${counts[fate]}` : ''}`,
          ),
          ...shown.flatMap(({ task, prompt, reference, answers }) => {
            const line = (name: string, says: string, end = false) => `    ${name.padEnd(width)}  ${clipLine(says, width + 6, end)}`
            const said = (at: number) => {
              const trace = answers[at]
              if (!trace) return '(this source keeps no answers)'
              return answerOf(trace) || (trace.finish === 'stop' ? '(nothing)' : `(nothing: ${trace.finish})`)
            }
            return [
              `  ${clipLine(prompt, 2)}`,
              ...(reference === null ? [] : [line('expected', reference)]),
              line(before, said(0), true),
              line(after, said(index + 1), true),
              line('task', task),
            ]
          }),
        ].join('\n'),
      )
    }
  return blocks.join('\n\n')
}
