import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '@whetstone/core'
import { BadInput, Gpu, paths, suggest, useOf } from '@whetstone/core'
import { describeGguf } from '@whetstone/inference'
import { serveModel } from '@whetstone/inference/serve-model.ts'
import { serverArguments } from '@whetstone/inference/server-arguments.ts'
import { loadRecipe } from '@whetstone/recipe/load-recipe.ts'
import { ensureTools } from '@whetstone/native'
import { openRun, runNames } from '@whetstone/runs'
import { defineCommand } from '../../command.ts'
import { knownRun } from '../../known-run.ts'
import { modelFile } from '../../recipe/resolve-recipe.ts'

export default defineCommand({
  about:
    "llama.cpp's own server with a run's incumbent, adapter included, or with any model, for other programs: on 127.0.0.1 until Ctrl-C",
  flags: {
    model: { type: 'file', about: 'GGUF file, models/<name>, or hf:owner/repo/file.gguf' },
    run: { type: 'string', about: 'serve what this run serves (default: the only run)' },
    role: { type: 'string', default: 'solver', about: "solver: the run's incumbent; or a role of its recipe, such as judge" },
    port: { type: 'number', min: 1, max: 65535, default: 8080, about: 'of 127.0.0.1' },
    context: { type: 'number', min: 16, about: "tokens a conversation may hold (default: the recipe's, else 4096 or what the model has)" },
    concurrency: { type: 'number', min: 1, max: 256, default: 4, about: 'conversations answered at once' },
    threads: { type: 'number', min: 1, max: 1024, about: 'CPU threads' },
    gpu: { type: 'string', choices: Gpu.options, default: 'auto', about: 'off: on the CPU' },
    'lora-scale': { type: 'string', about: 'what the adapter is multiplied by, e.g. 0.5' },
    'chat-template': { type: 'string', about: "a .jinja file, or a name llama.cpp knows, in place of the model's own" },
    'tensor-split': { type: 'string', about: 'shares of several GPUs, e.g. 3,1' },
  },
  examples: [
    'npx nx run models:serve --run=tiny',
    'npx nx run models:serve --model=models/qwen3-1.7b --port=8081 --context=8192',
    'npx nx run models:serve --run=mine --role=judge',
  ],
  async run(flags, signal) {
    const { model, context, date } = await whom(flags)
    const served: Model = flags['lora-scale'] === undefined ? model : { ...model, adapterScale: scaleOf(flags['lora-scale'], model) }
    const args = serverArguments(served, { ...flags, gpu: Gpu.parse(flags.gpu), context: flags.context ?? context, date })
    await ensureTools(['llama-server'], { signal })
    const { port, 'tensor-split': split, 'chat-template': template } = flags
    const more = [...(split === undefined ? [] : ['--tensor-split', shares(split)]), ...templateFlags(template)]
    await using server = await serveModel({
      binary: paths.tool('llama-server'),
      args: [...args, '--alias', served.name, ...more],
      port,
      signal,
    })
    console.log(
      `${served.name} (${served.id}${served.adapter === null ? '' : ', base and adapter'}) answers at ${await server.address(false, signal)}/v1; Ctrl-C ends it`,
    )
    for (;;) {
      await sleep(2000, undefined, { signal })
      await server.address(true, signal) // started again where it died
    }
  },
})

/** The model that the flags mean, and the context and the day its recipe runs it with. */
async function whom({
  model,
  run,
  role,
}: {
  model?: string
  run?: string
  role: string
}): Promise<{ model: Model; context?: number; date?: string }> {
  if (model !== undefined) {
    if (run !== undefined || role !== 'solver') throw new BadInput('--model names the model itself: leave --run and --role out')
    return { model: await describeGguf(modelFile(model)) }
  }
  const names = runNames()
  if (run === undefined && names.length !== 1)
    throw new BadInput(
      names.length === 0
        ? 'models:serve needs --model=FILE.gguf, or a run to serve: begin one with `npx nx run loops:cycle`'
        : `models:serve needs --run=NAME or --model=FILE.gguf. Runs: ${names.join(', ')}`,
    )
  const reader = openRun(knownRun(run ?? (names[0] as string)))
  const [record, incumbent] = [reader.record(), reader.incumbent()]
  if (!record || !incumbent)
    throw new BadInput(`Run ${reader.run} has no incumbent: ${reader.problems[0]?.says ?? 'its first round has not begun'}`)
  const { roles, settings } = await loadRecipe(record.recipe)
  if (role === 'solver') return { model: incumbent.model, context: settings.context, date: settings.date }
  const played = roles[role]
  if (played === undefined)
    throw new BadInput(`Recipe ${record.recipe} has no role "${role}": ${suggest(role, ['solver', ...Object.keys(roles)], 'roles')}`)
  if ('open' in played) throw new BadInput(`Role ${role} of recipe ${record.recipe} is a program: there are no weights to serve`)
  if (played.backend && useOf(played.backend)?.plugin.name === 'openai')
    throw new BadInput(`Role ${role} of recipe ${record.recipe} is played by an endpoint: it is served there already`)
  const own = played.model === undefined ? incumbent.model : await describeGguf(modelFile(played.model, `roles.${role}.model`))
  return { model: own, context: played.context ?? settings.context, date: settings.date }
}

function scaleOf(text: string, { adapter, name }: Model): number {
  const scale = Number(text)
  if (!(scale > 0 && scale <= 100)) throw new BadInput(`--lora-scale=${text} is no number from 0 to 100`)
  if (adapter === null) throw new BadInput(`${name} has no adapter: leave --lora-scale out`)
  return scale
}

function shares(text: string): string {
  if (!/^\d+(\.\d+)?(,\d+(\.\d+)?)*$/.test(text)) throw new BadInput(`--tensor-split=${text}: give numbers with commas between, e.g. 3,1`)
  return text
}

function templateFlags(template: string | undefined): string[] {
  if (template === undefined) return []
  if (existsSync(template)) return ['--chat-template-file', template]
  if (!/^[\w.-]+$/.test(template) || template.endsWith('.jinja')) throw new BadInput(`--chat-template: ${template} not found`)
  return ['--chat-template', template]
}
