import { z } from 'zod'
import { BadInput } from './bad-input.ts'
import { suggest } from './nearest.ts'

/**
 * Parses what a user wrote by a schema. The error is one line: where, the key, what is wrong with it, and what is allowed or was probably
 * meant.
 */
export function parseSettings<Schema extends z.ZodType>(schema: Schema, input: unknown, where: string): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new BadInput(`${where}: ${explainIssue(firstIssue(parsed.error.issues), schema, input)}`)
}

type Issue = z.core.$ZodIssue

/** The issue that says most: a key nobody knows before a value that is not right, and of a choice that branch which came furthest. */
function firstIssue(issues: readonly Issue[], path: PropertyKey[] = []): Issue {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? (issues[0] as Issue)
  const here = [...path, ...issue.path]
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.filter((branch) => branch.length > 0)
    const deepest = branches.toSorted((a, b) => depth(b) - depth(a))[0]
    if (deepest && depth(deepest) > 0) return firstIssue(deepest, here)
    const choice = branches.find(([branch]) => branch?.code === 'invalid_value')
    if (choice) return firstIssue(choice, here)
  }
  return { ...issue, path: here } as Issue
}
const depth = (issues: readonly Issue[]) =>
  Math.max(...issues.map(({ path, code }) => path.length + (code === 'unrecognized_keys' ? 1 : 0)))

function explainIssue(issue: Issue, schema: z.ZodType, input: unknown): string {
  const key = issue.path.join('.')
  const value = issue.path.reduce<unknown>((inner, name) => (inner as Record<PropertyKey, unknown> | undefined)?.[name], input)
  if (issue.code === 'unrecognized_keys') {
    const [unknown = ''] = issue.keys
    return `${key ? `${key} has no key` : 'no key'} "${unknown}": ${suggest(unknown, keysAt(schema, issue.path), 'keys')}`
  }
  const name = key ? `${key} ` : ''
  if (issue.code === 'invalid_value' && issue.values.length > 0 && typeof value === 'string')
    return `${name}cannot be "${value}": ${suggest(value, issue.values.map(String), 'it is one of')}`
  const got = value === undefined ? '' : `, got ${show(value)}`
  if (value === undefined) return `${name}is missing: ${lower(issue.message)}`
  return `${name}${allowed(issue)}${got}`
}

/** What would have been right, in words. */
function allowed(issue: Issue): string {
  const than = 'inclusive' in issue && issue.inclusive === false ? { low: 'above', high: 'below' } : { low: 'at least', high: 'at most' }
  const unit =
    'origin' in issue && issue.origin === 'string' ? ' characters long' : 'origin' in issue && issue.origin === 'array' ? ' long' : ''
  if (issue.code === 'too_small') return `must be ${than.low} ${issue.minimum}${unit}`
  if (issue.code === 'too_big') return `must be ${than.high} ${issue.maximum}${unit}`
  if (issue.code === 'invalid_type')
    return `must be ${/^[aeio]/.test(issue.expected) && issue.expected !== 'int' ? 'an' : 'a'} ${issue.expected === 'int' ? 'whole number' : issue.expected}`
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`
  return `is not right (${lower(issue.message)})`
}

const lower = (message: string) => message.replace(/^Invalid input: /, '').replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())
const show = (value: unknown) => {
  const text = typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

/** The keys that an object of the schema at a path may have. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const found = schemasAt(schema, path).flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []))
  return [...new Set(found)]
}

/** What stands at a path of a schema: several where there is a choice, none where there is no such place. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const options = unwrap(schema)
  const [first, ...rest] = path
  if (first === undefined) return options
  return options.flatMap((option) => {
    if (option instanceof z.ZodObject) {
      const member = (option.shape as Record<PropertyKey, z.ZodType | undefined>)[first]
      return member ? schemasAt(member, rest) : []
    }
    if (option instanceof z.ZodArray) return schemasAt(option.element as z.ZodType, rest)
    if (option instanceof z.ZodRecord) return schemasAt(option.valueType as z.ZodType, rest)
    return []
  })
}

/** A schema without what wraps it (a default, may be absent), and the branches of a choice. */
export function unwrap(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => unwrap(option as z.ZodType))
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodReadonly
  )
    return unwrap(schema.unwrap() as z.ZodType)
  if (schema instanceof z.ZodPipe) return unwrap(schema.in as z.ZodType)
  return [schema]
}
