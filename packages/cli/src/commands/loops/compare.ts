import { BadInput } from '@whetstone/core'
import { commonArms, compareOnCommon, keepComparison } from '../../compare-common.ts'
import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult, writeText } from '../../write-result.ts'
import type { Repeats } from '@whetstone/reports/compare/choice.ts'
import { compareRounds, type RoundsCompared } from '@whetstone/reports/compare/compare-rounds.ts'
import { adjust, compareSets, type Comparison } from '@whetstone/reports/compare/compare-sets.ts'
import { comparisonFigures } from '@whetstone/reports/compare/comparison-table.ts'
import { comparisonPage } from '@whetstone/reports/compare/comparison-page.ts'
import { pickSets } from '@whetstone/reports/compare/pick-sets.ts'
import { answeredMatrix, armsReport } from '@whetstone/reports/compare/arms-report.ts'
import { axes, type Axis } from '@whetstone/reports/compare/axes.ts'
import { showAnswers } from '@whetstone/reports/compare/show-answers.ts'
import { compareArms, type ArmsCompared } from '@whetstone/reports/compare/compare-arms.ts'
import { comparedArms, type ComparedArm } from '@whetstone/reports/compare/compared-arm.ts'
import { armsMarkdown, showArms } from '@whetstone/reports/compare/show-arms.ts'
import { isFresh, sayCommon } from '@whetstone/reports/compare/on-common.ts'
import { showComparisons, showRounds } from '@whetstone/reports/compare/show-comparison.ts'

export default defineCommand({
  about:
    'rounds of one run, several runs, or any result files side by side, with paired tests, intervals, and what could have been detected',
  flags: {
    run: { type: 'string', about: 'the rounds of this run (default: tiny)' },
    runs: {
      type: 'string',
      about:
        'policies, separated by commas, each against the first: RUN (what its last round serves), RUN:3 (what round 3 left), RUN:all (every round), RUN:3:incumbent and RUN:3:candidate (arms, memory as it is served; candidate-off, candidate-on: without, with), RUN:phase1; with --files those files too',
    },
    files: {
      type: 'file',
      about:
        'result files, separated by commas: our traces.jsonl, round.json, phase1_results.json; logs of lm-evaluation-harness, Inspect, promptfoo, HELM, EvalPlus; CSV',
    },
    score: { type: 'string', about: 'which metric, scorer or column, where a log has several' },
    filter: { type: 'string', about: 'lm-evaluation-harness: which filter, e.g. strict-match' },
    repeats: {
      type: 'string',
      about: 'several samples of a task: mean (default where they are marked), first, last, pass@K or majority@K',
    },
    margin: {
      type: 'number',
      min: 0,
      max: 100,
      whole: false,
      about: 'points of difference that do not matter: are the two of --files the same within them?',
    },
    'skip-unscored': { type: 'boolean', about: 'leave out samples without a score' },
    'own-tasks': {
      type: 'boolean',
      about:
        'compare rounds on the tasks that they attempted alone; else rounds that drew theirs afresh attempt a common held-out set first',
    },
    tasks: { type: 'number', min: 1, about: "tasks a level of that set (default: the recipe's validation tasks)" },
    threads: { type: 'number', min: 1, max: 1024, about: 'CPU threads for its attempts (default: all cores)' },
    data: { type: 'file', about: "folder or file of the recipe's task data, where it reads any" },
    seed: { type: 'number', min: 0, default: 1, about: 'seed of the bootstrap and of drawn permutations' },
    json: { type: 'json', about: 'write all figures to this file' },
    html: { type: 'output', about: 'write a page that needs nothing beside itself to this file' },
    markdown: { type: 'json', about: 'write the comparison of --runs as Markdown, for a pull request, to this file (- for stdout)' },
    answers: {
      type: 'number',
      min: 0,
      max: 1000,
      default: 3,
      about: 'tasks shown with their answers and what is right, of those broken and of those fixed; 0: none',
    },
    x: { type: 'string', choices: Object.keys(axes), default: 'round', about: "what the page's chart of --runs is drawn over" },
    csv: { type: 'output', about: 'write the figures of --runs or --files to this file as a table' },
  },
  examples: [
    'npx nx run loops:compare --run=tiny',
    'npx nx run loops:compare --runs=tiny:1,tiny:3,second --html=compare.html --x=tokens',
    'npx nx run loops:compare --runs=tiny:2:incumbent,tiny:2:candidate --markdown=-',
    'npx nx run loops:compare --files=samples_gsm8k_base.jsonl,samples_gsm8k_tuned.jsonl --filter=strict-match',
    'npx nx run loops:compare --files=reports/tiny/phase1/phase1_results.json --json=phase1.json',
  ],
  async run(flags, signal) {
    const { run, runs, files, score, filter, repeats, 'skip-unscored': skipUnscored, seed, json, html, csv, markdown, x, margin } = flags
    const common = { seed, tasks: flags.tasks, threads: flags.threads, data: flags.data, signal }
    if (run !== undefined && (runs !== undefined || files !== undefined))
      throw new BadInput('loops:compare takes --run, or --runs and --files')
    if (margin !== undefined && (files === undefined || runs !== undefined)) throw new BadInput('--margin belongs to --files')
    if (markdown !== undefined && runs === undefined)
      throw new BadInput(`--markdown writes what --runs compares: name rounds there, e.g. --runs=${run ?? 'tiny'}:1,${run ?? 'tiny'}:2`)
    const list = (text: string) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    const choice = { score, filter, repeats: repeats === undefined ? undefined : readRepeats(repeats), skipUnscored }
    let comparisons: Comparison[]
    if (runs !== undefined) {
      let arms = await comparedArms([...list(runs), ...list(files ?? '')], choice)
      let compared = compareArms(arms, { seed })
      const says: string[] = []
      if (!flags['own-tasks'] && areFresh(arms, compared.comparisons)) {
        const drawn = await commonArms(arms, common)
        if (typeof drawn === 'string') says.push(`No common tasks could be attempted: ${drawn}`)
        else {
          arms = drawn.arms
          compared = compareArms(arms, { seed })
          says.push(sayCommon(drawn.set), ...keepComparison(drawn.set, arms, compared.comparisons))
        }
      }
      compared = { ...compared, notes: [...says, ...compared.notes] }
      console.log(showArms(compared))
      await sayAnswers(arms, compared, flags.answers, html)
      const { matrix, ...figures } = compared
      writeResult(json, { ...figures, matrix: await answeredMatrix(arms, matrix) })
      writeText(markdown, armsMarkdown(compared))
      if (csv !== undefined) writeText(csv, comparisonFigures(compared.comparisons).toCSV())
      if (html !== undefined) writeText(html, await armsReport(arms, compared, x as Axis))
      return
    }
    if (files !== undefined) {
      comparisons = adjust(
        (await pickSets(list(files), choice)).flatMap(([control, treatments]) =>
          compareSets(control, treatments, { seed, margin: margin === undefined ? undefined : margin / 100 }),
        ),
      )
    } else {
      const rounds = await compareRounds(knownRun(run ?? 'tiny'), { seed })
      const apart = rounds.firstToLast && !flags['own-tasks'] && isFresh(rounds.firstToLast)
      const name = run ?? 'tiny'
      const ends = rounds.rounds.length > 1 ? await endsOf(name, rounds) : []
      const onCommon = apart ? await compareOnCommon(ends, common) : null
      if (typeof onCommon === 'string') rounds.firstToLast?.notes.push(`no common tasks could be attempted: ${onCommon}`)
      else if (onCommon) rounds.firstToLast = { ...onCommon.comparison, notes: [...onCommon.says, ...onCommon.comparison.notes] }
      const shown = onCommon && typeof onCommon !== 'string' ? onCommon.arms : ends
      const compared = shown.length > 0 ? compareArms(shown, { seed }) : null
      if (!apart && compared) rounds.firstToLast?.notes.push(...compared.notes)
      console.log(showRounds(rounds))
      if (compared)
        await sayAnswers(
          shown,
          compared,
          flags.answers,
          html,
          shown.map(({ round }) => `round ${round?.round}`),
        )
      writeResult(json, rounds)
      if (html !== undefined)
        writeText(html, await comparisonPage(`Rounds of ${rounds.run}`, rounds.firstToLast ? [rounds.firstToLast] : [], rounds))
      return
    }
    console.log(showComparisons(comparisons))
    writeResult(json, { comparisons })
    if (csv !== undefined) writeText(csv, comparisonFigures(comparisons).toCSV())
    if (html !== undefined) writeText(html, await comparisonPage('Comparison', comparisons))
  },
})

const endsOf = (run: string, { rounds }: RoundsCompared) => comparedArms([`${run}:${rounds[0]?.round}`, `${run}:${rounds.at(-1)?.round}`])

/** The first answers which the counts are made of, and where the others are. */
async function sayAnswers(
  arms: readonly ComparedArm[],
  compared: ArmsCompared,
  most: number,
  html: string | undefined,
  names?: readonly string[],
): Promise<void> {
  const shown = await showAnswers(arms, compared, { most, names })
  if (shown) console.log(`\n${shown}`)
  const all = html === undefined ? '--html=FILE, or npx nx run loops:view, Compare' : 'on the page'
  console.log(
    `\n${wrap(`all answers behind it, won and lost: ${all}; more of them here: --answers=N; one task: npx nx run datasets:trace --row=TASK`, '  ')}`,
  )
}

function readRepeats(text: string): Repeats {
  if (!/^(mean|first|last|(?:pass|majority)@[1-9]\d{0,3})$/.test(text))
    throw new BadInput(`--repeats is one of mean, first, last, pass@K, majority@K, got "${text}"`)
  return text as Repeats
}

const areFresh = (arms: readonly ComparedArm[], comparisons: readonly Comparison[]) =>
  arms.every(({ round }) => round !== null) && comparisons.some(isFresh)
