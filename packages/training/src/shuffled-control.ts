import { join } from 'node:path'
import type { Trainer } from '@whetstone/core'
import { contentId, deriveSeed, Example, hash, random, readJsonl, shuffle, writeJsonl } from '@whetstone/core'

/**
 * A control: the same trainer on the same rows, but with the answers dealt out at random among them. Prompts, answers, counts and training are as they were; only what the rows teach is gone.
 * A gate that promotes this candidate promotes anything.
 */
export function shuffledControl(trainer: Trainer): Trainer {
  return {
    ...trainer,
    name: `${trainer.name}, answers shuffled`,
    async train(request) {
      const { dataset, seed, folder } = request
      const file = dataset.files['messages'] as string
      const rows = readJsonl(join(dataset.folder, file), Example)
      const answers = shuffle(
        rows.map((row) => row.messages.at(-1)),
        random(deriveSeed(seed, 'control')),
      )
      const dealt = rows.map((row, index) => ({ ...row, messages: [...row.messages.slice(0, -1), answers[index]] }))
      const control = join(folder, 'control')
      writeJsonl(join(control, file), dealt)
      const digest = hash(dealt)
      return trainer.train({ ...request, dataset: { ...dataset, id: contentId('dataset', digest), hash: digest, folder: control } })
    },
  }
}
