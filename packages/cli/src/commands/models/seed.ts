import { isAbsolute, join, resolve } from 'node:path'
import { dataRoot, duration } from '@whetstone/core'
import { ensureTools } from '@whetstone/native'
import { defineCommand } from '../../command.ts'
import { makeSeed } from '../../seed/seed.ts'

export default defineCommand({
  about: 'makes the seed model of recipe tiny and its card from random weights, in lessons; minutes on 2 cores',
  flags: {
    seed: { type: 'number', min: 0, default: 3, about: 'of the weights and of all rows' },
    out: { type: 'string', about: 'folder for weights and card (default: models/seed-N; models/tiny holds the one that ships)' },
  },
  examples: ['npx nx run models:seed', 'npx nx run models:seed --seed=5 --out=models/seed-5'],
  async run({ seed, out }, signal) {
    await ensureTools(['llama-init', 'llama-train', 'llama-sample'])
    const started = performance.now()
    const folder = out === undefined ? join(dataRoot, 'models', `seed-${seed}`) : isAbsolute(out) ? out : resolve(out)
    const model = await makeSeed({ seed, out: folder, signal })
    console.log(`${model.name} ${model.id} in ${folder} (${duration((performance.now() - started) / 1000)})`)
  },
})
