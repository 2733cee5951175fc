import { z } from 'zod'
import { parseSettings } from './parse-settings.ts'

/** Kinds of plug-ins: each a folder that holds nothing else, one file a plug-in (see load-plugin). */
export const pluginKinds = [
  'backends',
  'charts',
  'embedders',
  'filters',
  'formats',
  'gates',
  'graders',
  'reflectors',
  'solvers',
  'tasksets',
  'trainers',
] as const
export type PluginKind = (typeof pluginKinds)[number]

export type PluginSpec<Schema extends z.ZodObject, T extends object> = {
  /** The file's name without `.ts`. */
  name: string
  /** One line, for `loops:help`. */
  about: string
  /** A z.strictObject; each member with a default where one makes sense, and a word on it by `describe`. */
  settings: Schema
  /** Makes the thing; throws BadInput where settings do not go together. */
  make(settings: z.output<Schema>): T
}
/** A plug-in: called with its settings it makes the thing, which remembers both. */
export type Plugin<Schema extends z.ZodObject = z.ZodObject, T extends object = object> = PluginSpec<Schema, T> &
  ((...settings: {} extends z.input<Schema> ? [settings?: z.input<Schema>] : [settings: z.input<Schema>]) => T)

const use = Symbol('plugin')
/** Which plug-in made a thing, with which settings (defaults filled in). */
export type Use = { plugin: Plugin; settings: Record<string, unknown> }
export const useOf = (thing: unknown): Use | undefined =>
  thing !== null && (typeof thing === 'object' || typeof thing === 'function') ? (thing as { [use]?: Use })[use] : undefined

/** The default export of a plug-in's file. */
export function plugin<Schema extends z.ZodObject, T extends object>(spec: PluginSpec<Schema, T>): Plugin<Schema, T> {
  const make = (input: unknown = {}): T => {
    const settings = parseSettings(spec.settings, input, spec.name)
    // A member, so that a thing that is spread into another (a narrowed taskset) still says what made it.
    return Object.assign(spec.make(settings) as T & { [use]?: Use }, { [use]: { plugin: made as unknown as Plugin, settings } })
  }
  const { name, ...members } = spec
  const made = Object.assign(make, members)
  Object.defineProperty(made, 'name', { value: name })
  return made as unknown as Plugin<Schema, T>
}

/** Makes a thing again with other settings beside those it was made with. */
export function remake<T extends object>(thing: T, settings: Record<string, unknown>): T {
  const made = useOf(thing)
  if (!made) throw new Error('not made by a plug-in')
  return (made.plugin as unknown as (settings: unknown) => T)({ ...made.settings, ...settings })
}

/** A setting that is a plug-in's thing of a kind: `of: nested<Solver>('solvers')`. */
export const nested = <T extends object>(kind: PluginKind) =>
  z.custom<T>((value) => useOf(value) !== undefined, { message: `must be made by a plug-in of ${kind}` }).meta({ plugins: kind })

/** What made a thing, as plain data for fingerprints, records and pages: name and settings, those of nested plug-ins too. */
export function describeUse(thing: unknown): unknown {
  const made = useOf(thing)
  return made ? { plugin: made.plugin.name, settings: plain(made.settings) } : plain(thing)
}
function plain(value: unknown): unknown {
  if (useOf(value)) return describeUse(value)
  if (typeof value === 'function') return value.toString()
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof RegExp) return String(value)
  if (value instanceof Map) return plain(Object.fromEntries(value))
  if (value !== null && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return value
}
