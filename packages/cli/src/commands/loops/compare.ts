import { BadInput, writeAtomic } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult, writeText } from '../../write-result.ts'
import type { Repeats } from '@whetstone/reports/compare/choice.ts'
import { compareRounds } from '@whetstone/reports/compare/compare-rounds.ts'
import { adjust, compareSets, type Comparison } from '@whetstone/reports/compare/compare-sets.ts'
import { comparisonFigures } from '@whetstone/reports/compare/comparison-table.ts'
import { comparisonPage } from '@whetstone/reports/compare/comparison-page.ts'
import { pickSets } from '@whetstone/reports/compare/pick-sets.ts'
import { answeredMatrix, armsReport } from '@whetstone/reports/compare/arms-report.ts'
import { axes, type Axis } from '@whetstone/reports/compare/chart-arms.ts'
import { compareArms } from '@whetstone/reports/compare/compare-arms.ts'
import { comparedArms } from '@whetstone/reports/compare/compared-arm.ts'
import { armsMarkdown, showArms } from '@whetstone/reports/compare/show-arms.ts'
import { showComparisons, showRounds } from '@whetstone/reports/compare/show-comparison.ts'

export default defineCommand({
  about:
    'rounds of one run, several runs, or any result files side by side, with paired tests, intervals, and what could have been detected',
  flags: {
    run: { type: 'string', about: 'the rounds of this run (default: tiny)' },
    runs: {
      type: 'string',
      about:
        'policies, separated by commas, each against the first: RUN (what its last round serves), RUN:3 (what round 3 left), RUN:all (every round), RUN:3:candidate-memory (an arm), RUN:phase1; with --files those files too',
    },
    files: {
      type: 'file',
      about:
        'result files, separated by commas: our traces.jsonl, round.json, phase1_results.json; logs of lm-evaluation-harness, Inspect, promptfoo, HELM, EvalPlus; CSV',
    },
    score: { type: 'string', about: 'which metric, scorer or column, where a log has several' },
    filter: { type: 'string', about: 'lm-evaluation-harness: which filter, e.g. strict-match' },
    repeats: { type: 'string', about: 'several samples of a task: mean (default where they are marked), first, last or pass@K' },
    'skip-unscored': { type: 'boolean', about: 'leave out samples without a score' },
    seed: { type: 'number', min: 0, default: 1, about: 'seed of the bootstrap and of drawn permutations' },
    json: { type: 'json', about: 'write all figures to this file' },
    html: { type: 'output', about: 'write a page that needs nothing beside itself to this file' },
    markdown: { type: 'json', about: 'write the comparison of --runs as Markdown, for a pull request, to this file (- for stdout)' },
    x: { type: 'string', choices: Object.keys(axes), default: 'round', about: "what the page's chart of --runs is drawn over" },
    csv: { type: 'output', about: 'write the figures of --runs or --files to this file as a table' },
  },
  examples: [
    'npx nx run loops:compare --run=tiny',
    'npx nx run loops:compare --runs=tiny:1,tiny:3,second --html=compare.html --x=tokens',
    'npx nx run loops:compare --runs=tiny:2:incumbent-memory,tiny:2:candidate-memory --markdown=-',
    'npx nx run loops:compare --files=samples_gsm8k_base.jsonl,samples_gsm8k_tuned.jsonl --filter=strict-match',
    'npx nx run loops:compare --files=reports/tiny/phase1/phase1_results.json --json=phase1.json',
  ],
  async run({ run, runs, files, score, filter, repeats, 'skip-unscored': skipUnscored, seed, json, html, csv, markdown, x }) {
    if (run !== undefined && (runs !== undefined || files !== undefined))
      throw new BadInput('loops:compare takes --run, or --runs and --files')
    if (markdown !== undefined && runs === undefined) throw new BadInput('--markdown writes what --runs compares: name policies there')
    const list = (text: string) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    const choice = { score, filter, repeats: repeats === undefined ? undefined : readRepeats(repeats), skipUnscored }
    let comparisons: Comparison[]
    if (runs !== undefined) {
      const arms = await comparedArms([...list(runs), ...list(files ?? '')], choice)
      const compared = compareArms(arms, { seed })
      console.log(showArms(compared))
      const { matrix, ...figures } = compared
      writeResult(json, { ...figures, matrix: await answeredMatrix(arms, matrix) })
      writeText(markdown, armsMarkdown(compared))
      if (csv !== undefined) writeAtomic(csv, comparisonFigures(compared.comparisons).toCSV())
      if (html !== undefined) writeAtomic(html, await armsReport(arms, compared, x as Axis))
      return
    }
    if (files !== undefined) {
      comparisons = adjust(
        (await pickSets(list(files), choice)).flatMap(([control, treatments]) => compareSets(control, treatments, { seed })),
      )
    } else {
      const rounds = await compareRounds(knownRun(run ?? 'tiny'), { seed })
      console.log(showRounds(rounds))
      writeResult(json, rounds)
      if (html !== undefined)
        writeAtomic(html, await comparisonPage(`Rounds of ${rounds.run}`, rounds.firstToLast ? [rounds.firstToLast] : [], rounds))
      return
    }
    console.log(showComparisons(comparisons))
    writeResult(json, { comparisons })
    if (csv !== undefined) writeAtomic(csv, comparisonFigures(comparisons).toCSV())
    if (html !== undefined) writeAtomic(html, await comparisonPage('Comparison', comparisons))
  },
})

function readRepeats(text: string): Repeats {
  if (!/^(mean|first|last|pass@[1-9]\d{0,3})$/.test(text))
    throw new BadInput(`--repeats is one of mean, first, last, pass@K, got "${text}"`)
  return text as Repeats
}
