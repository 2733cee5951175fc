import { relative } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { defineCommand } from '../../command.ts'
import { knownDatasets, pullDataset } from '../../pull/pull-dataset.ts'

const list = ['one of', ...knownDatasets.map(({ name, about, licence, repo }) => `${name}: ${about}; ${repo} on the hub, ${licence}`)].join(
  `\n${' '.repeat(18)}`,
)

export default defineCommand({
  about: 'brings a published data set to datasets/<name>/ as JSONL with a card: source, licence, revision, checksums',
  flags: {
    dataset: { type: 'string', about: list },
    from: { type: 'file', about: 'a folder that holds the files already (train.jsonl or gsm8k_train.jsonl, …): nothing is fetched' },
  },
  examples: ['npx nx run datasets:pull --dataset=gsm8k', 'npx nx run datasets:pull --dataset=gsm8k --from=../shared/data'],
  async run(flags, signal) {
    if (flags.dataset === undefined)
      throw new BadInput(`datasets:pull needs --dataset=NAME. Known: ${knownDatasets.map(({ name }) => name).join(', ')}`)
    const { card, folder, fresh } = await pullDataset({ dataset: flags.dataset, from: flags.from, signal })
    console.log(
      `${relative(root, folder)}: ${Object.keys(card.files).join(', ')} from ${card.source}, ${card.licence}${fresh ? '' : ' (was here already)'}`,
    )
  },
})
