import { availableParallelism } from 'node:os'
import { adapterFlags, BadInput, smallModel, staysOnCpu } from '@whetstone/core'
import type { Model, OpenOptions } from '@whetstone/core'
import { checkAdapter } from './check-adapter.ts'
import { checkGguf } from './check-gguf.ts'
import { freezeDate } from './freeze-date.ts'

/** How llama-server is told to serve a model, adapter included, so that it answers as the loop samples: offline, its prompts by the chat template, a context of its own for each slot. */
export function serverArguments(
  model: Model,
  {
    concurrency,
    threads,
    context,
    gpu = 'auto',
    gpuLayers,
    date,
  }: Pick<OpenOptions, 'concurrency' | 'threads' | 'context' | 'gpu' | 'gpuLayers' | 'date'>,
): string[] {
  if (model.path === null)
    throw new BadInput(`Model ${model.name} has no weights on this machine: give --model=PATH, or sample it with --endpoint=URL`)
  const header = checkGguf(model.path)
  if (model.adapter) checkAdapter(model.adapter, model.path)
  const small = header.parameters < smallModel
  const onCpu = staysOnCpu(gpu, header.parameters)
  const perSlot = context ?? Math.min(header.contextLength ?? 4096, 4096)
  return [
    '--model',
    model.path,
    ...adapterFlags(model),
    '--parallel',
    String(concurrency),
    '--ctx-size',
    String(perSlot * concurrency),
    '--no-kv-unified',
    // Its pool grows only when no thread is idle by its own late count: in a burst of more connections than threads some wait 9 s for others to be closed.
    '--threads-http',
    String(concurrency + 64),
    '--threads',
    String(threads ?? (small ? 1 : Math.max(1, Math.floor(availableParallelism() / 2)))),
    // A GPU is slower than one CPU thread on models this small.
    ...(onCpu ? ['--device', 'none'] : gpuLayers === undefined ? [] : ['--gpu-layers', String(gpuLayers)]),
    '--jinja',
    ...dateFlags(header.chatTemplate, date),
    '--offline',
    '--no-webui',
    '--no-slots',
    '--cache-ram',
    '0',
  ]
}

/** Its clock tells every template the day: here the day is a setting. */
function dateFlags(template: string | null, date: string | undefined): string[] {
  if (template === null || date === undefined) return []
  const frozen = freezeDate(template, date)
  return [
    ...(frozen.template === template ? [] : ['--chat-template', frozen.template]),
    '--chat-template-kwargs',
    JSON.stringify(frozen.variables),
  ]
}
