import { z } from 'zod'
import { pluginNames } from './load-plugin.ts'
import { unwrap } from './parse-settings.ts'
import { useOf, type PluginKind } from './plugin.ts'

/** One setting that `--set PATH=VALUE` reaches: what it takes, what it is now, what it means. */
export type ListedSetting = { path: string; takes: string; now: string; about: string }

/** Every setting of a thing (a recipe) and of the plug-ins that it uses, from their schemas. */
export const listSettings = (thing: object, schema: z.ZodObject): ListedSetting[] => list(thing, schema, [])

function list(value: unknown, schema: z.ZodType, path: readonly string[]): ListedSetting[] {
  const made = useOf(value)
  const options = unwrap(schema)
  const own = path.length > 0 && (made || options.some((option) => !(option instanceof z.ZodObject))) ? [row(value, schema, path)] : []
  if (made) return [...own, ...members(made.settings, made.plugin.settings, path)]
  const array = options.find((option) => option instanceof z.ZodArray)
  if (array && Array.isArray(value) && value.some((item) => useOf(item) || item?.taskset))
    return [...own, ...value.flatMap((item) => list(item, array.element as z.ZodType, [...path, nameOf(item)]))]
  const object = options.find((option) => option instanceof z.ZodObject)
  return object ? [...own, ...members((value ?? {}) as Record<string, unknown>, object, path)] : own
}

const members = (value: Record<string, unknown>, schema: z.ZodObject, path: readonly string[]) =>
  Object.entries(schema.shape).flatMap(([key, member]) => list(value[key], member as z.ZodType, [...path, key]))

const nameOf = (item: unknown) => useOf(item)?.plugin.name ?? (item as { taskset: { name: string } }).taskset.name

function row(value: unknown, schema: z.ZodType, path: readonly string[]): ListedSetting {
  const made = useOf(value)
  return {
    path: path.join('.'),
    takes: takes(schema),
    now: made ? made.plugin.name : show(value),
    about: about(schema) ?? made?.plugin.about ?? '',
  }
}

/** The description of a schema, which may stand on what it wraps. */
function about(schema: z.ZodType): string | undefined {
  if (schema.description !== undefined) return schema.description
  const inner = unwrap(schema)
  return inner.length === 1 && inner[0] !== schema ? inner[0]?.description : undefined
}

function takes(schema: z.ZodType): string {
  const said = unwrap(schema).map((option) => {
    const kind = (option.meta() as { plugins?: PluginKind } | undefined)?.plugins
    if (kind) return pluginNames(kind).join('|')
    if (option instanceof z.ZodEnum) return option.options.join('|')
    if (option instanceof z.ZodNumber) return option.isInt ? 'N' : 'NUMBER'
    if (option instanceof z.ZodBoolean) return 'true|false'
    if (option instanceof z.ZodString) return 'TEXT'
    if (option instanceof z.ZodArray) return `${takes(option.element as z.ZodType)},…`
    if (option instanceof z.ZodCustom) return 'a function'
    return option instanceof z.ZodObject ? '{…}' : 'JSON'
  })
  return [...new Set(said)].join(' or ')
}

function show(value: unknown): string {
  if (value === undefined) return '-'
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value) && value.some((item) => useOf(item))) return value.map(nameOf).join(',')
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '-')
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
