import { drawCharts } from '../draw-charts.ts'
import { standalonePage } from '../page/standalone-page.ts'
import { answerOf, answersOf } from './answers-of.ts'
import { armsPage } from './arms-page.ts'
import type { Axis } from './axes.ts'
import type { ArmsCompared, Fate } from './compare-arms.ts'
import type { ComparedArm } from './compared-arm.ts'

/** Most tasks of a fate whose answers a file of figures or a page shows. */
const most = 50
const telling: readonly Fate[] = ['broken', 'fixed', 'failing']

/** A comparison as a page of its own: what was broken and fixed with the answers, folded. */
export async function armsReport(arms: readonly ComparedArm[], compared: ArmsCompared, axis: Axis): Promise<string> {
  const shown = await Promise.all(
    compared.matrix.flatMap(({ tasks }, treatment) =>
      telling.map(async (fate) => {
        const own = tasks.filter((task) => task.fate === fate)
        return { treatment, fate, from: 0, total: own.length, tasks: await answersOf(arms, own.slice(0, most)) }
      }),
    ),
  )
  return standalonePage(
    'Comparison',
    armsPage({
      compared,
      charts: await drawCharts('arms', { arms, compared }, { 'compared-arms': { axis } }),
      shown: shown.filter(({ total }) => total > 0),
    }),
  )
}

/** The matrix with the answers behind its cells, for other programs: all tasks by fate, with prompt and answers for the first of each. */
export const answeredMatrix = (arms: readonly ComparedArm[], matrix: ArmsCompared['matrix']) =>
  Promise.all(
    matrix.map(async ({ treatment, counts, tasks }, index) => ({
      treatment,
      counts,
      tasks,
      answers: await Promise.all(
        telling.map(async (fate) => ({
          fate,
          tasks: (await answersOf(arms, tasks.filter((task) => task.fate === fate).slice(0, most))).map(
            ({ task, prompt, reference, answers }) => ({
              task,
              prompt,
              reference,
              control: answers[0] ? answerOf(answers[0]) : null,
              treatment: answers[index + 1] ? answerOf(answers[index + 1]) : null,
            }),
          ),
        })),
      ),
    })),
  )
