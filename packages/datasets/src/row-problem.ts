import { compiled, loneSurrogate } from '@whetstone/core'
import type { z } from 'zod'

/** What is wrong with a row: the field by its path, and what is allowed there. */
export type RowProblem = { field: string; says: string }

/** The first thing that is wrong with a row, or null. Of a format with several shapes, the shape that the row comes nearest to is what it is measured by. */
export function rowProblem(schema: z.ZodType, row: unknown): RowProblem | null {
  const parsed = compiled(schema).safeParse(row)
  if (!parsed.success) return describe(nearestIssues(schema, row) ?? parsed.error.issues)
  const broken = loneSurrogate(row)
  return broken === null ? null : { field: broken, says: 'holds half of a surrogate pair, which is no text' }
}

/** Of a format with several shapes what is wrong by the nearest. A column that only another shape knows weighs more than one that is wrong: a prompt that is none is a wrong prompt, not a row that should have none. */
function nearestIssues(schema: z.ZodType, row: unknown): readonly unknown[] | null {
  const { options } = schema as unknown as { options?: (z.ZodType & { shape?: object })[] }
  if (!Array.isArray(options)) return null
  const known = new Set(options.flatMap(({ shape = {} }) => Object.keys(shape)))
  const weight = (issues: Issue[]) =>
    issues.reduce(
      (sum, { code, keys = [] }) => sum + (code === 'unrecognized_keys' ? keys.reduce((of, key) => of + (known.has(key) ? 1.5 : 1), 0) : 1),
      0,
    )
  const faults = options.map((option) => (option.safeParse(row).error?.issues ?? []) as Issue[])
  return faults.toSorted((a, b) => weight(a) - weight(b) || depth(b) - depth(a))[0] ?? null
}

type Issue = {
  code?: string
  path: PropertyKey[]
  message: string
  errors?: Issue[][]
  keys?: string[]
  expected?: string
  values?: unknown[]
}

function describe(found: readonly unknown[], prefix: PropertyKey[] = []): RowProblem {
  const issues = found as Issue[]
  const [first] = issues.toSorted((a, b) => rank(a) - rank(b))
  if (!first) return { field: 'row', says: 'does not fit the format' }
  const path = [...prefix, ...first.path]
  if (first.code === 'invalid_union' && first.errors?.length) {
    // The nearest shape: the fewest faults, the deepest first one.
    const nearest = first.errors.toSorted((a, b) => a.length - b.length || depth(b) - depth(a))[0] as Issue[]
    return describe(nearest, path)
  }
  const field = path.length === 0 ? 'row' : path.map(String).join('.')
  if (first.code === 'unrecognized_keys')
    return {
      field: [...path, first.keys?.[0]]
        .filter((part) => part !== undefined)
        .map(String)
        .join('.'),
      says: 'is no field of this format',
    }
  if (first.code === 'invalid_value' && first.values) return { field, says: `is not one of ${first.values.map(String).join(', ')}` }
  if (first.code === 'invalid_type')
    return { field, says: `is not ${/^[aeiou]/.test(first.expected ?? '') ? 'an' : 'a'} ${first.expected}` }
  return { field, says: first.message.replace(/^Invalid input: ?/, '') }
}

/** A field that is missing or wrong says more than one that is too many. */
const rank = ({ code }: Issue) => (code === 'unrecognized_keys' ? 1 : 0)
const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map(({ path }) => path.length))
