import { BadInput, writePieces } from '@whetstone/core'
import { armCalled } from '@whetstone/reports/compare/arm-called.ts'
import { inspectLog, type LoggedArm } from '@whetstone/reports/logs/inspect-log.ts'
import { lmEvalSamples } from '@whetstone/reports/logs/lm-eval-samples.ts'
import { openRun } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'

const formats = { inspect: inspectLog, 'lm-eval': lmEvalSamples } as const

export default defineCommand({
  about: "an arm of a round as another tool's log of an evaluation: Inspect's (inspect view) or lm-evaluation-harness's samples",
  flags: {
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last finished one)' },
    arm: {
      type: 'string',
      about:
        'which arm, candidate or incumbent (memory as it is served), candidate-on, candidate-off … (default: what the round left to be served)',
    },
    format: { type: 'string', choices: Object.keys(formats), default: 'inspect', about: 'whose format' },
    out: { type: 'output', about: 'the file (default: <run>-<round>-<arm>.json, or samples_… .jsonl)' },
  },
  examples: [
    'npx nx run loops:log --run=tiny --format=inspect --out=tiny.json',
    'npx nx run loops:log --run=tiny --round=2 --arm=incumbent-off --format=lm-eval',
  ],
  async run({ run: name, round: wanted, arm: armName, format, out }) {
    const run = openRun(knownRun(name))
    const done = run.finished()
    const found = wanted === undefined ? done.at(-1) : done.find(({ reader }) => reader.round === wanted)
    if (!found)
      throw new BadInput(
        `Run ${name} has no finished round${wanted === undefined ? '' : ` ${wanted}`}: rounds: ${done.map(({ reader }) => reader.round).join(', ') || 'none'}`,
      )
    const { reader, round } = found
    const arm = armName === undefined ? reader.arm(round.served.role, round.served.memory) : armCalled(reader, round, armName)
    if (!arm?.traces.exists)
      throw new BadInput(
        `The attempts of what round ${round.round} of ${name} serves are not in ${reader.files.dataset}: keep datasets/ beside reports/`,
      )
    const index = await arm.traces.index()
    const passed = index.find({ passed: true }).length
    const references = new Map<string, string>()
    for await (const { id, reference } of reader.tasks()) references.set(id, reference)
    const told: LoggedArm = {
      run: name,
      round: round.round,
      arm: arm.name,
      model: (arm.role === 'candidate' ? round.candidate?.id : round.incumbent.id) ?? arm.role,
      accuracy: passed / Math.max(1, index.length),
      attempts: index.length,
      created: new Date(),
      settings: run.record()?.recipes.findLast((each) => each.round <= round.round)?.recipe ?? null,
      references,
    }
    const file =
      out ?? (format === 'inspect' ? `${name}-${round.round}-${arm.name}.json` : `samples_${name}-${round.round}-${arm.name}.jsonl`)
    await writePieces(file, formats[format as keyof typeof formats](told, arm.traces.rows()))
    console.log(`Wrote ${index.length} attempts of ${arm.name} to ${file}`)
  },
})
