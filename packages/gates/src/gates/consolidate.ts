import type { Decision, Gate, GateRequest } from '@whetstone/core'
import { plugin, points, rate } from '@whetstone/core'
import { comparePairs } from '@whetstone/statistics'
import { z } from 'zod'
import { choosePairs } from '../choose-pairs.ts'
import { GateSettings } from '../gate-settings.ts'
import { guardLevels } from '../guard-levels.ts'
import gate from './gate.ts'

/** Error of the bound on what the smaller bank may cost; it must hold besides the test. */
const alpha = 0.05

/**
 * The gate of a round that moves memories into weights. The candidate comes with the bank from which what it learned was retired. It must be
 *
 * - better without any memory, over the keys of `of`: the test of {@link gate}, its alpha held over the run in the same way;
 * - with its smaller bank not worse than the incumbent with the full one: the lower 95% bound above -`bankMargin`;
 * - and not worse on everything else, with memory and without: the guards of {@link gate}.
 */
export default plugin({
  name: 'consolidate',
  about:
    'for memories that move into weights: better without memory, and with the smaller bank not worse than the incumbent with the full one',
  settings: GateSettings.extend({
    of: z.string().describe('the task set whose memories move'),
    margin: GateSettings.shape.margin.default(0.03),
  }).omit({ batches: true, worth: true }),
  make({ of, ...settings }): Gate {
    const real = gate(settings)
    return {
      name: `consolidate ${of}`,
      level: real.level,
      judgeBank: real.judgeBank,
      decide: (request) => decide(request, of, settings, real),
    }
  },
})

type Settings = Pick<GateSettings, 'margin' | 'alarm' | 'bankMargin'>

function decide(request: GateRequest, of: string, settings: Settings, real: Gate): Decision {
  const evaluations = request.evaluations.filter(({ split }) => split === 'validation')
  const frontier = evaluations
    .filter(({ taskset, model, memory }) => taskset === of && model === 'incumbent' && !memory)
    .map(({ taskset, level }) => ({ taskset, level }))
  const without = real.decide({ ...request, evaluations, frontier, memory: false, references: [] })
  if (frontier.length === 0 || !evaluations.some(({ model }) => model === 'candidate')) return without
  const { pairs } = choosePairs({ evaluations, frontier, memory: true })
  const { n, controlRate, treatmentRate, difference, equivalence } = comparePairs(pairs, {
    seed: request.seed,
    alpha,
    margin: settings.bankMargin,
  })
  const low = equivalence?.low ?? -1
  const guards = guardLevels({ ...request, evaluations, frontier, memory: true }, settings)
  const served = n > 0 && low > -settings.bankMargin
  const safe = guards.guard?.passed !== false && guards.nonInferiority.every(({ passed }) => passed)
  const told = `with the smaller bank ${rate(treatmentRate)}, the incumbent with the full one ${rate(controlRate)} (${points(difference)} points, bound ${points(low)})`
  const reason = !without.promoted
    ? `${without.reason}; ${told}`
    : !served
      ? `kept: better without memory, but ${told}: not shown to lose less than ${points(settings.bankMargin).slice(1)} points`
      : !safe
        ? `kept: better without memory, but with it other levels may have lost: ${points(guards.guard?.difference ?? 0)} points, bound ${points(guards.guard?.low ?? -1)}`
        : `${without.reason}; ${told}`
  return { ...without, ...guards, promoted: without.promoted && served && safe, reason }
}
