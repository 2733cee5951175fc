import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput } from './bad-input.ts'
import { suggest } from './nearest.ts'
import { root } from './paths.ts'
import type { Plugin, PluginKind } from './plugin.ts'

/** The folder of each kind, which is its registry: a file dropped in is known. */
const folders: Record<PluginKind, string> = {
  backends: 'packages/inference/src/backends',
  charts: 'packages/reports/src/charts',
  embedders: 'packages/inference/src/embedders',
  filters: 'packages/harvest/src/filters',
  formats: 'packages/datasets/src/formats',
  gates: 'packages/gates/src/gates',
  graders: 'packages/grading/src/graders',
  reflectors: 'packages/memory/src/reflectors',
  solvers: 'packages/solvers/src/solvers',
  tasksets: 'packages/tasks/src/tasksets',
  trainers: 'packages/training/src/trainers',
}

export const pluginFolder = (kind: PluginKind): string => join(root, folders[kind])

/** Names of the plug-ins of a kind. */
export const pluginNames = (kind: PluginKind): string[] =>
  readdirSync(pluginFolder(kind))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()

/** The plug-in of a name, found in its kind's folder. */
export async function loadPlugin(kind: PluginKind, name: string): Promise<Plugin> {
  const names = pluginNames(kind)
  if (!names.includes(name)) throw new BadInput(`No ${kind.slice(0, -1)} "${name}": ${suggest(name, names, kind)} (${folders[kind]})`)
  const { default: made } = (await import(join(pluginFolder(kind), `${name}.ts`))) as { default?: Plugin }
  if (typeof made !== 'function' || made.name !== name || !('make' in made))
    throw new BadInput(`${folders[kind]}/${name}.ts must export by default plugin({ name: '${name}', about, settings, make })`)
  return made
}
