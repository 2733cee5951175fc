import { join } from 'node:path'
import { writeJson, type Round } from '@whetstone/core'
import { openRun, type RoundReader } from '@whetstone/runs'
import { rateInterval } from '@whetstone/statistics'

/**
 * Beside round.json, for other programs: evaluations/<arm>/config.json says what was attempted how, results.json what came of each task. Rates are
 * fractions, intervals 95%.
 */
export function writeEvaluations(reader: RoundReader, round: Round): void {
  const measured = reader.step('arms')
  if (!measured) return
  const recipe =
    openRun(reader.run)
      .record()
      ?.recipes.findLast((each) => each.round <= round.round)?.recipe ?? null
  const all = [...measured.evaluations, ...measured.others, ...measured.references]
  for (const arm of measured.arms) {
    const own = all.filter(
      ({ model, memory, bank }) => model === arm.role && memory === arm.memory && (bank ?? null) === (arm.bank ?? null),
    )
    if (own.length === 0) continue
    const folder = join(reader.files.report, 'evaluations', arm.name)
    const model = arm.role === 'candidate' ? round.candidate?.id : arm.role === 'incumbent' ? round.incumbent.id : null
    writeJson(join(folder, 'config.json'), {
      run: round.run,
      round: round.round,
      arm: arm.name,
      role: arm.role,
      model: model ?? null,
      memory: arm.memory,
      bank: arm.bank ?? null,
      split: own[0]?.split,
      seed: round.seed,
      recipe,
    })
    const { n, rate, low, high } = rateInterval(own.flatMap(({ outcomes }) => outcomes))
    writeJson(join(folder, 'results.json'), {
      n,
      passRate: rate,
      ci: [low, high],
      levels: own.map(({ taskset, level, n: tasks, passed, passRate, ci }) => ({ taskset, level, n: tasks, passed, passRate, ci })),
      tasks: own.flatMap(({ taskset, level, outcomes }) => outcomes.map((outcome) => ({ ...outcome, taskset, level }))),
    })
  }
}
