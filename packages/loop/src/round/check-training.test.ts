import type { Model } from '@whetstone/core'
import { setRecipe } from '@whetstone/recipe/set-recipe.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkTraining } from './check-training.ts'

const test = suite('check-training')
const base = { id: 'm', name: 'small', path: 'small.gguf', adapter: null, parameters: 900_000 } as Model
const large = { ...base, name: 'large', parameters: 2e9 }
const adapted = { ...base, name: 'adapted', adapter: 'a.gguf' }

const cases: [what: string, settings: string[], model: Model, said: RegExp | null][] = [
  ['as it is', [], base, null],
  ['all weights, a type', ['serve={"quantize":"Q8_0"}'], base, null],
  ['an adapter at half its strength', ['trainer.weights=auto', 'serve={"adapter":0.5}'], large, null],
  [
    'all weights have no strength',
    ['serve={"adapter":0.5}'],
    base,
    /serve scales an adapter by 0.5, and trainer llama-train sft makes whole weights/,
  ],
  ['DoRA of all weights', ['trainer.dora=true', 'trainer.weights=full'], large, /trainer.dora needs trainer.weights=lora/],
  ['DoRA where small models train all weights', ['trainer.dora=true'], base, /trainer.dora needs trainer.weights=lora/],
  ['DoRA', ['trainer.dora=true', 'trainer.weights=lora'], base, null],
  ['DoRA is merged', ['trainer.dora=true', 'trainer.weights=lora', 'serve={"adapter":0.5}'], base, /makes whole weights/],
  [
    'DoRA on an adapter',
    ['trainer.dora=true', 'trainer.weights=lora'],
    adapted,
    /trainer.dora starts from whole weights, adapted has an adapter/,
  ],
  [
    'rsLoRA of all weights',
    ['trainer.loraRankStabilized=true', 'trainer.weights=full'],
    base,
    /trainer.loraRankStabilized needs trainer.weights=lora/,
  ],
  [
    'targets of all weights',
    ['trainer.loraTargets=attn_q', 'trainer.weights=full'],
    base,
    /trainer.loraTargets needs trainer.weights=lora/,
  ],
  [
    'rows that nobody writes',
    ['trainer.method=kto'],
    base,
    /trainer llama-train kto reads kto, and the recipe's formats are llama-train, messages, preference/,
  ],
  ['nothing is trained', ['trainer=null', 'serve={"adapter":0.5}'], base, null],
]
for (const [what, settings, model, said] of cases)
  test(what, async () => {
    const recipe = await setRecipe(
      await loadRecipe('tiny'),
      settings.map((pair) => {
        const [path = '', text = ''] = pair.split('=')
        return { path, text, flag: `--set ${path}` }
      }),
    )
    const check = () => checkTraining(recipe, model)
    if (said) assert.throws(check, said)
    else check()
  })

test.run()
