import { z } from 'zod'
import { BadInput } from './bad-input.ts'
import { loadPlugin } from './load-plugin.ts'
import { suggest } from './nearest.ts'
import { parseSettings, unwrap } from './parse-settings.ts'
import { useOf, type Plugin, type PluginKind } from './plugin.ts'

/** One setting from the command line: `solver.n=8`; `solver=best-of-n` takes another plug-in. */
export type Setting = { path: string; text: string; flag: string }

/** A setting with those that come after it, among which is what a plug-in cannot be made without. */
type Placed = Setting & { next: readonly Setting[] }

/** A thing (a recipe) with one setting of any of its parts and plug-ins changed, checked by the schema of what it belongs to. `next` are the settings that are to follow. */
export const changeSetting = (thing: object, schema: z.ZodObject, setting: Setting, next: readonly Setting[] = []): Promise<unknown> =>
  setAt(thing, schema, partsOf(setting), { ...setting, next }, [])

/** Longer than the path of any setting. */
const longest = 200
function partsOf({ path, flag }: Setting): string[] {
  if (path.length > longest) throw new BadInput(`${flag.slice(0, 80)}…: no setting has a name of ${path.length} characters: check the path`)
  return path.split('.')
}

async function setAt(
  value: unknown,
  schema: z.ZodType,
  path: readonly string[],
  setting: Placed,
  trail: readonly string[],
): Promise<unknown> {
  const [head, ...rest] = path
  if (head === '__proto__') throw new BadInput(`${setting.flag}: "__proto__" names no setting: leave it out`)
  // The plug-in that is there already keeps its settings.
  if (head === undefined) return useOf(value)?.plugin.name === setting.text ? value : parseText(schema, setting)
  const at = trail.length > 0 ? `${trail.join('.')} ` : ''
  const unknown = (known: readonly string[], plural: string) =>
    new BadInput(`${setting.flag}: ${at || 'the recipe '}has no "${head}": ${suggest(head, known, plural)}`)
  const made = useOf(value)
  if (made) {
    const inner = made.plugin.settings
    if (!Object.hasOwn(inner.shape, head)) throw unknown(Object.keys(inner.shape), `settings of ${made.plugin.name}`)
    const next = await setAt(made.settings[head], inner.shape[head] as z.ZodType, rest, setting, [...trail, head])
    return make(made.plugin, { ...made.settings, [head]: next }, setting)
  }
  const options = unwrap(schema)
  const list = options.find((option) => option instanceof z.ZodArray)
  if (list && Array.isArray(value)) {
    const names = value.map(nameOf)
    const place = /^\d+$/.test(head) ? Number(head) : names.indexOf(head)
    if (place < 0 || place >= value.length)
      throw unknown(
        names.filter((name) => name !== null),
        'members',
      )
    const next = await setAt(value[place], list.element as z.ZodType, rest, setting, [...trail, head])
    return value.with(place, next)
  }
  const kind = kindOf(options)
  if (kind) throw new BadInput(`${setting.flag}: ${trail.join('.')} is none here: name one first, --set ${trail.join('.')}=NAME`)
  const record = options.find((option) => option instanceof z.ZodRecord)
  const object = options.find((option) => option instanceof z.ZodObject && Object.hasOwn(option.shape, head)) as z.ZodObject | undefined
  const member = object ? (object.shape[head] as z.ZodType) : (record?.valueType as z.ZodType | undefined)
  if (!member) {
    const known = options.flatMap((option) => (option instanceof z.ZodObject ? Object.keys(option.shape) : []))
    throw known.length > 0
      ? unknown(known, 'keys')
      : new BadInput(`${setting.flag}: ${trail.join('.')} has no parts: leave ".${path.join('.')}" out`)
  }
  const held = (value ?? {}) as Record<string, unknown>
  const next = await setAt(held[head], member, rest, setting, [...trail, head])
  return { ...held, [head]: next }
}

/** What a member of a list is called: its plug-in's name, or its taskset's. */
const nameOf = (member: unknown): string | null =>
  useOf(member)?.plugin.name ?? (member as { taskset?: { name?: string } } | null)?.taskset?.name ?? null

/** The kind of plug-in that a schema takes. */
const kindOf = (options: readonly z.ZodType[]): PluginKind | undefined =>
  options.map((option) => (option.meta() as { plugins?: PluginKind } | undefined)?.plugins).find((kind) => kind !== undefined)

/** The value that a text stands for: a plug-in's name (several separated by commas), JSON, or the text as it is. */
async function parseText(schema: z.ZodType, { text, flag, path, next }: Placed): Promise<unknown> {
  const options = unwrap(schema)
  const plug = async (kind: PluginKind, name: string) => {
    const plugin = await loadPlugin(kind, name)
    return make(plugin, needed(plugin, path, next), { flag })
  }
  const kind = kindOf(options)
  if (text === 'null' && schema.safeParse(null).success) return null
  if (kind) return plug(kind, text)
  const list = options.find((option) => option instanceof z.ZodArray)
  const members = list && kindOf(unwrap(list.element as z.ZodType))
  if (members)
    return Promise.all(
      text
        .split(',')
        .filter(Boolean)
        .map((name) => plug(members, name.trim())),
    )
  const candidates = [...asJson(text), text]
  const fitting = candidates.find((candidate) => schema.safeParse(candidate).success)
  return parseSettings(schema, fitting ?? candidates[0], flag)
}

/** The settings without a default that follow: the rest is set one by one. */
function needed({ settings }: Plugin, path: string, next: readonly Setting[]): Record<string, unknown> {
  const entries = next.flatMap((setting): [string, unknown][] => {
    const name = setting.path.startsWith(`${path}.`) ? setting.path.slice(path.length + 1) : ''
    const schema = settings.shape[name] as z.ZodType | undefined
    if (!schema || schema.safeParse(undefined).success) return []
    const candidates = [...asJson(setting.text), setting.text]
    return [[name, candidates.find((candidate) => schema.safeParse(candidate).success) ?? candidates[0]]]
  })
  return Object.fromEntries(entries)
}

function asJson(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return []
  }
}

/** A plug-in's thing; what is wrong with its settings is said of the flag that set them. */
function make(plugin: Plugin, settings: Record<string, unknown>, { flag }: Pick<Setting, 'flag'>): unknown {
  try {
    return (plugin as unknown as (settings: unknown) => unknown)(settings)
  } catch (error) {
    throw error instanceof BadInput ? new BadInput(`${flag}: ${error.message}`) : error
  }
}
