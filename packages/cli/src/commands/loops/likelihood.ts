import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { BadInput, dataRoot, hash, paths, writeAtomic, writeJson, writeRows } from '@whetstone/core'
import { likelihoodByType, readPool, type CheckpointScores, type PoolItem } from '@whetstone/evaluation'
import { ensureTools } from '@whetstone/native'
import { reproductionPage } from '@whetstone/reports/reproduction-page.ts'
import { checkRunName, type Reproduction } from '@whetstone/runs'
import { curveCharts, selectionOutcome } from '@whetstone/studies/likelihood/selection-outcome.ts'
import { selectionStudy, type SetResult } from '@whetstone/studies/likelihood/selection-study.ts'
import { part } from '@whetstone/studies/reproduce/system.ts'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { recipeFlags, resolveRecipe } from '../../recipe/resolve-recipe.ts'
import { studyOf } from '../../recipe/study-of.ts'
import { poolOfRun } from '../../likelihood/pool-of-run.ts'
import { namedCheckpoints, runCheckpoints } from '../../score/checkpoints.ts'
import { scoreCheckpoints } from '../../score/score-checkpoints.ts'
import { showLikelihoods } from '../../score/show-scores.ts'
import { writeResult } from '../../write-result.ts'

const {
  samples: _samples,
  'eval-samples': _evalSamples,
  data: _data,
  endpoint: _endpoint,
  'endpoint-model': _endpointModel,
  ...shared
} = recipeFlags

export default defineCommand({
  about:
    'SLM Reasoning in one command: a typed pool under all checkpoints; models trained on its most likely, least likely and random samples; log-likelihood, perplexity, entropy and length by type beside accuracy, on a page',
  flags: {
    ...shared,
    pool: { type: 'file', about: 'samples {instruction, input, output, type}, JSON lines or an array (models:pool builds some)' },
    run: { type: 'string', about: 'a run: its rounds are the checkpoints, and without --pool its train attempts the pool' },
    folder: { type: 'file', about: 'checkpoints instead: every GGUF of this folder, by name' },
    learn: {
      type: 'string',
      about: 'types of the pool that are learned from, separated by commas (default: all; of a run its right answers)',
    },
    share: { type: 'number', min: 0.01, max: 1, whole: false, default: 0.333, about: 'of what is learned from, in each set' },
    sets: { type: 'number', min: 1, max: 50, default: 5, about: 'random sets beside the likeliest and the least likely' },
    seeds: { type: 'number', min: 1, max: 50, default: 3, about: 'seeds that all of it is done with' },
    epochs: { type: 'number', min: 0.1, max: 1000, whole: false, default: 2, about: 'passes over a set' },
    'learning-rate': { type: 'number', min: 0, max: 1, whole: false, default: 3e-4, about: 'of the trainings, all weights' },
    'batch-size': { type: 'number', min: 1, max: 10000, default: 16, about: 'rows a step' },
    snapshots: { type: 'number', min: 1, max: 100, default: 4, about: 'checkpoints within each training, its end included' },
    levels: { type: 'string', about: "levels that are measured, e.g. 3,4,5,6 (default: the climbed course's, and one more)" },
    each: { type: 'number', min: 1, default: 200, about: 'validation tasks a level' },
    only: { type: 'string', choices: ['scores', 'all'], default: 'all', about: 'scores: checkpoints only, nothing is trained' },
    out: { type: 'output', about: 'folder of page, figures and scores (default: reports/likelihood-NAME)' },
    json: { type: 'json', about: 'write the figures to this file as JSON' },
  },
  examples: [
    'npx nx run loops:cycle && npx nx run loops:likelihood --run=tiny',
    'npx nx run loops:likelihood --pool=pool.jsonl --recipe=tiny --learn=student',
    'npx nx run loops:likelihood --pool=pool.jsonl --folder=checkpoints/gguf --only=scores',
  ],
  async run(flags, signal) {
    const { pool: poolFile, run: runName, folder: checkpointFolder, learn, seeds, sets, each, only, json } = flags
    if (poolFile === undefined && runName === undefined)
      throw new BadInput('loops:likelihood needs --pool=FILE or --run=NAME: samples to follow')
    if (checkpointFolder !== undefined && runName !== undefined) throw new BadInput('--folder and --run both name checkpoints: give one')
    const run = runName === undefined ? null : knownRun(checkRunName(runName))
    const given = {
      ...flags,
      data: undefined,
      samples: undefined,
      'eval-samples': undefined,
      endpoint: [],
      'endpoint-model': undefined,
    }
    const { recipe, base } = await resolveRecipe(given)
    await ensureTools(['llama-score', 'llama-sample', 'llama-train'], { signal })
    const started = performance.now()
    const ofRun = run === null ? null : await poolOfRun(run)
    const named = poolFile === undefined ? null : await readPool(poolFile)
    const pool = named ?? ofRun?.pool ?? []
    const source = chosenOf(named, ofRun?.learn ?? [], learn)
    const name = run ?? hash([pool, base.id]).slice(0, 8)
    const folder = flags.out ?? paths.reports(`likelihood-${name}`)
    const checkpoints =
      checkpointFolder === undefined
        ? run === null
          ? await namedCheckpoints([base.path ?? ''])
          : await runCheckpoints(run)
        : await namedCheckpoints(ggufsOf(checkpointFolder))
    const { unscored, ...curves } = await scoreCheckpoints(checkpoints, pool, {
      ...{ backend: recipe.backend, folder, context: recipe.settings.context, concurrency: recipe.settings.concurrency, signal },
    })
    writeJson(join(folder, 'likelihood.json'), curves)
    console.log(showLikelihoods(curves))
    if (unscored > 0) console.log(`  ${unscored} samples could not be scored: they do not fit the context or the vocabulary`)
    if (only === 'scores') {
      writeResult(json, { likelihood: curves })
      return console.log(`  ${relative(dataRoot, join(folder, 'likelihood.json'))}`)
    }

    const climbed = recipe.courses.find(({ levels }) => levels) ?? recipe.courses[0]!
    const { from = 1, frontier = from } = climbed.levels ?? {}
    const levels =
      flags.levels?.split(',').map(Number) ??
      (climbed.levels ? Array.from({ length: frontier - from + 2 }, (_, place) => from + place) : [1])
    const study = {
      ...studyOf(recipe, base, {
        name: `likelihood-${name}`,
        folder: paths.checkpoints(`likelihood-${name}`),
        threads: flags.threads,
        signal,
      }),
      taskset: climbed.taskset,
    }
    const studies = Array.from({ length: seeds }, (_, place) => part(study, `seed-${study.seed + place}`, study.seed + place))
    const settings = {
      ...{
        share: flags.share,
        randomSets: sets,
        epochs: flags.epochs,
        learningRate: flags['learning-rate'],
        batch: flags['batch-size'],
        snapshots: flags.snapshots,
      },
      ...{ levels, each },
    }
    const results = await selectionStudy(
      studies,
      async () => ({ pool, learn: source }),
      settings,
      (set) => console.log(sayOf(set)),
    )
    const tested = levels.includes(frontier) ? frontier : (levels.at(-1) as number)
    const outcome = selectionOutcome(results, tested)
    const reproduction: Reproduction = {
      ...{
        system: 'likelihood',
        about: `${pool.length} samples of ${Object.keys(curves.results_by_type).length} types followed, ${source.length} learned from; ${sets + 2} sets of ${results[0]?.rows} rows, ${seeds} seeds`,
      },
      ...{ model: base.name, taskset: climbed.taskset.name, seed: study.seed, quick: false, command: commandOf(flags) },
      seconds: (performance.now() - started) / 1000,
      original: [
        {
          what: 'sets chosen by highest, lowest and random log-likelihood; averages by type over training steps',
          figure: 'curves; no single figure published',
          source: 'SLM Reasoning',
        },
      ],
      ...outcome,
      tables: outcome.tables.map((table) => ({ note: '', ...table })),
      charts: [
        ...(checkpoints.length > 1 ? curveCharts(run === null ? 'checkpoints' : `run ${run}`, 'checkpoint', curves) : []),
        ...outcome.charts,
      ],
    }
    const bySet = results.map(({ outcomes: _, checkpoints: own, ...rest }) => ({ ...rest, ...likelihoodByType(own) }))
    writeJson(join(folder, 'sets.json'), bySet)
    await writeRows(join(folder, 'samples.jsonl'), samplesOf(results))
    writeJson(join(folder, 'reproduction.json'), reproduction)
    writeAtomic(join(folder, 'likelihood.html'), await reproductionPage(reproduction))
    writeResult(json, { likelihood: curves, sets: bySet, figures: outcome.ours, verdict: outcome.verdict })
    for (const sentence of outcome.verdict) console.log(sentence)
    for (const file of ['likelihood.html', 'likelihood.json', 'sets.json', 'samples.jsonl'])
      console.log(`  ${relative(dataRoot, join(folder, file))}`)
  },
})

/** What may be learned from: the pool's samples of the named types, or a run's right answers. */
function chosenOf(pool: readonly PoolItem[] | null, ofRun: readonly PoolItem[], types: string | undefined): readonly PoolItem[] {
  const wanted = types?.split(',').map((type) => type.trim())
  const known = [...new Set((pool ?? ofRun).map(({ type }) => type))]
  const missing = wanted?.find((type) => !known.includes(type))
  if (missing !== undefined) throw new BadInput(`--learn=${types}: the pool has no type "${missing}". Types: ${known.join(', ')}`)
  const chosen = (pool ?? ofRun).filter(({ type }) => wanted?.includes(type) ?? true)
  if (chosen.length < 3) throw new BadInput(`There are ${chosen.length} samples to learn from: sets of three kinds need more`)
  return chosen
}

function ggufsOf(folder: string): string[] {
  const files = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith('.gguf'))
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    : []
  if (files.length === 0) throw new BadInput(`--folder=${folder} holds no GGUF file`)
  return files.map((file) => join(folder, file))
}

/** A row a sample, checkpoint and set. */
function* samplesOf(results: readonly SetResult[]) {
  for (const { set, seed, checkpoints } of results)
    for (const { step, scores } of checkpoints as readonly CheckpointScores[])
      for (const { index, type, logLikelihood, tokens, perplexity, entropy } of scores)
        yield { set, seed, step, index, type, log_likelihood: logLikelihood, token_count: tokens, perplexity, entropy }
}

function sayOf({ set, seed, rows, likelihood, outcomes }: SetResult): string {
  const levels = [...new Set(outcomes.map(({ level }) => level))].sort((a, b) => a - b)
  const passed = levels.map((level) => {
    const at = outcomes.filter((each) => each.level === level)
    return `${level}:${Math.round((100 * at.filter((each) => each.passed).length) / at.length)}`
  })
  return `${set}, seed ${seed}: ${rows} rows, ${likelihood.toFixed(3)} a token; passed % ${passed.join(' ')}`
}

/** The command with what makes a difference to its figures. */
function commandOf(flags: Readonly<Record<string, unknown>>): string {
  const told = [
    'pool',
    'run',
    'folder',
    'recipe',
    'model',
    'seed',
    'learn',
    'share',
    'sets',
    'seeds',
    'epochs',
    'learning-rate',
    'batch-size',
    'levels',
    'each',
  ]
  const given = told.flatMap((name) => (flags[name] === undefined ? [] : [`--${name}=${String(flags[name])}`]))
  return `npx nx run loops:likelihood ${given.join(' ')}`
}
