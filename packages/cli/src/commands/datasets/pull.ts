import { join, relative } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { hubRepository } from '@whetstone/tasks'
import { defineCommand } from '../../command.ts'
import { pullHubTable } from '../../pull/pull-hub-table.ts'
import { knownDatasets, pullDataset } from '../../pull/pull-dataset.ts'

const list = [
  'hf:owner/name for any data set of the Hugging Face hub (by its Parquet files), or one of',
  ...knownDatasets.map(({ name, about, licence, repo }) => `${name}: ${about}; ${repo} on the hub, ${licence}`),
].join(`\n${' '.repeat(18)}`)

export default defineCommand({
  about: 'brings a published data set to datasets/<name>/ as JSONL with a card: source, licence, revision, checksums',
  flags: {
    dataset: { type: 'string', about: list },
    config: { type: 'string', about: 'hf: which configuration, where the data set has several' },
    split: { type: 'string', about: 'hf: which splits, separated by commas (default: all)' },
    columns: { type: 'string', about: 'hf: columns that are kept, separated by commas (default: all)' },
    question: { type: 'string', about: 'hf: column of the question, a.b for a nested field (default: found by name)' },
    answer: { type: 'string', about: 'hf: column of the answer' },
    id: { type: 'string', about: 'hf: column of the id (default: found by name, else the question itself)' },
    from: { type: 'file', about: 'a folder that holds the files already (train.jsonl or gsm8k_train.jsonl, …): nothing is fetched' },
  },
  examples: [
    'npx nx run datasets:pull --dataset=hf:openai/gsm8k --config=main --split=train,test',
    'npx nx run datasets:pull --dataset=gsm8k',
    'npx nx run datasets:pull --dataset=gsm8k --from=../shared/data',
  ],
  async run(flags, signal) {
    if (flags.dataset === undefined)
      throw new BadInput(`datasets:pull needs --dataset=NAME. Known: ${knownDatasets.map(({ name }) => name).join(', ')}`)
    const repo = hubRepository(flags.dataset)
    if (repo !== null) {
      if (flags.from !== undefined) throw new BadInput('--from is for the data sets that are known by name')
      const list = (text: string | undefined) => text?.split(',').map((part) => part.trim()).filter((part) => part !== '') // prettier-ignore
      const { card, folder, fresh, problem } = await pullHubTable({
        repo,
        config: flags.config,
        splits: list(flags.split),
        keep: list(flags.columns),
        columns: { question: flags.question, answer: flags.answer, id: flags.id },
        signal,
      })
      for (const { file, rows } of Object.values(card.splits)) console.log(`${relative(root, join(folder, file))}: ${rows} rows`)
      console.log(
        `from ${card.source}, configuration ${card.config}${card.commit ? `, revision ${card.commit}` : ''}${fresh ? '' : ' (was here already)'}`,
      )
      const file = relative(root, join(folder, Object.values(card.splits)[0]?.file ?? ''))
      if (problem !== null) return console.log(`as tasks: ${problem}`)
      const named = Object.entries(card.columns ?? {}).filter(([part]) => part === 'question' || part === 'answer')
      console.log(`as tasks: npx nx run datasets:check --file=${file} ${named.map(([part, column]) => `--${part}=${column}`).join(' ')}`)
      return
    }
    const odd = (['config', 'split', 'columns', 'question', 'answer', 'id'] as const).find((flag) => flags[flag] !== undefined)
    if (odd !== undefined) throw new BadInput(`--${odd} is for --dataset=hf:owner/name`)
    const { card, folder, fresh } = await pullDataset({ dataset: flags.dataset, from: flags.from, signal })
    console.log(
      `${relative(root, folder)}: ${Object.keys(card.files).join(', ')} from ${card.source}, ${card.licence}${fresh ? '' : ' (was here already)'}`,
    )
  },
})
