import { isAbsolute, join, resolve } from 'node:path'
import { dataRoot, duration } from '@whetstone/core'
import { ensureTools } from '@whetstone/native'
import { defineCommand } from '../../command.ts'
import { makeChains } from '../../seed/chains/make-chains.ts'
import { makeSeed } from '../../seed/seed.ts'

/** The seed models that ship, how each is made, and the seed of the one in models/. */
const models = { tiny: { make: makeSeed, seed: 3 }, chains: { make: makeChains, seed: 1 } }

export default defineCommand({
  about: 'makes a seed model that ships and its card from random weights, in lessons; minutes on 2 cores',
  flags: {
    model: { type: 'string', default: 'tiny', choices: Object.keys(models), about: 'which: of recipe tiny, or of chains' },
    seed: { type: 'number', min: 0, about: "of the weights and of all rows (default: the shipped model's)" },
    out: {
      type: 'output',
      about: 'folder for weights and card (default: models/seed-N or models/seed-chains-N; models/NAME holds the one that ships)',
    },
  },
  examples: ['npx nx run models:seed', 'npx nx run models:seed --seed=5 --out=models/seed-5', 'npx nx run models:seed --model=chains'],
  async run({ model: name, seed: given, out }, signal) {
    const { make, seed: own } = models[name as keyof typeof models]
    const seed = given ?? own
    await ensureTools(['llama-init', 'llama-train', 'llama-sample'])
    const started = performance.now()
    const folder =
      out === undefined
        ? join(dataRoot, 'models', `seed-${name === 'tiny' ? '' : `${name}-`}${seed}`)
        : isAbsolute(out)
          ? out
          : resolve(out)
    const model = await make({ seed, out: folder, signal })
    console.log(`${model.name} ${model.id} in ${folder} (${duration((performance.now() - started) / 1000)})`)
  },
})
