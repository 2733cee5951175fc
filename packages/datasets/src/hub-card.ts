import { BadInput, markdownText } from '@whetstone/core'
import { parse, stringify } from 'yaml'
import { z } from 'zod'

/** Sizes as the hub names them. */
const sizes: [number, string][] = [
  [1e3, 'n<1K'],
  [1e4, '1K<n<10K'],
  [1e5, '10K<n<100K'],
  [1e6, '100K<n<1M'],
  [1e7, '1M<n<10M'],
  [1e8, '10M<n<100M'],
  [Infinity, '100M<n<1B'],
]
export const sizeCategory = (rows: number): string => sizes.find(([below]) => rows < below)?.[1] as string

/** Licences by the hub's own ids (Hugging Face documentation, Repository licences); the rest is `other` with a name. */
const licences = [
  ...[
    'apache-2.0',
    'mit',
    'openrail',
    'bsd',
    'bsd-2-clause',
    'bsd-3-clause',
    'c-uda',
    'cc',
    'cc0-1.0',
    'cc-by-2.0',
    'cc-by-3.0',
    'cc-by-4.0',
  ],
  ...[
    'cc-by-sa-3.0',
    'cc-by-sa-4.0',
    'cc-by-nc-2.0',
    'cc-by-nc-4.0',
    'cc-by-nd-4.0',
    'cc-by-nc-nd-4.0',
    'cc-by-nc-sa-4.0',
    'gpl',
    'gpl-3.0',
    'agpl-3.0',
    'lgpl-3.0',
    'odc-by',
    'odbl',
    'pddl',
    'unlicense',
    'unknown',
    'other',
  ],
] as const

/** What stands between the dashes at the head of a data set's README (Hugging Face hub documentation, Dataset cards; Manual configuration). */
export const FrontMatter = z.object({
  pretty_name: z.string().min(1),
  license: z.union([z.enum(licences), z.array(z.enum(licences)).min(1)]),
  license_name: z
    .string()
    .regex(/^[a-z0-9.-]+$/)
    .optional(),
  language: z.array(z.string().regex(/^[a-z]{2,3}(-[A-Za-z]+)?$|^code$|^multilingual$/)).optional(),
  task_categories: z.array(z.enum(['text-generation', 'question-answering', 'reinforcement-learning', 'other'])).min(1),
  size_categories: z.array(z.enum(sizes.map(([, name]) => name) as [string, ...string[]])).length(1),
  tags: z.array(z.string().regex(/^[\w.-]+$/)),
  configs: z
    .array(
      z.strictObject({
        config_name: z.string().regex(/^[^<>:/\\|?*]+$/),
        default: z.boolean().optional(),
        data_files: z
          .array(z.strictObject({ split: z.string().regex(/^\w+(\.\w+)*$/), path: z.union([z.string(), z.array(z.string()).min(1)]) }))
          .min(1),
      }),
    )
    .min(1),
})
export type FrontMatter = z.infer<typeof FrontMatter>

export type HubCard = {
  title: string
  rows: number
  format: { name: string; source: string; kind: string }
  /** Files by split, as they lie in the repository. */
  files: { split: string; path: string; rows: number; bytes: number; sha256: string }[]
  /** Of the source tasks, by their names; null where it is not known. */
  licences: { source: string; licence: string | null }[]
  language?: string[] | undefined
  /** Who wrote the answers, and what they were made with. */
  generators: { model: string; origin: string }[]
  recipe?: string | undefined
  composition: Readonly<Record<string, number>>
  /** Questions of the validation and test tasks that were looked for in the rows; absent: it was not checked. */
  contamination?: { questions: number; overlapping: number; words: number } | undefined
  load: string
}

/** A data set's README as the hub expects it: YAML front matter, then what a reader wants to know. What is not known is said to be so. */
export function hubCard(card: HubCard): string {
  const known = [...new Set(card.licences.map(({ licence }) => licence?.toLowerCase() ?? 'unknown'))]
  const license = known.map((each) => ((licences as readonly string[]).includes(each) ? each : 'other')) as (typeof licences)[number][]
  const front: FrontMatter = {
    pretty_name: card.title,
    license: license.length === 1 ? (license[0] as (typeof licences)[number]) : [...new Set(license)],
    ...(license.includes('other')
      ? {
          license_name: known
            .filter((each) => !(licences as readonly string[]).includes(each))
            .join('-')
            .replace(/[^a-z0-9.-]+/g, '-'),
        }
      : {}),
    ...(card.language ? { language: card.language } : {}),
    task_categories: ['text-generation'],
    size_categories: [sizeCategory(card.rows)],
    tags: ['whetstone', 'synthetic', card.format.kind, card.format.name],
    configs: [
      {
        config_name: 'default',
        data_files: [...Map.groupBy(card.files, ({ split }) => split)].map(([split, files]) => ({
          split,
          path: files.length === 1 ? (files[0]?.path as string) : files.map(({ path }) => path),
        })),
      },
    ],
  }
  const table = (head: string[], rows: (string | number)[][]) =>
    [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map((cell) => markdownText(String(cell))).join(' | ')} |`).join('\n')
  const { contamination } = card
  const parts = [
    `# ${markdownText(card.title)}`,
    `${card.rows} ${card.format.kind} rows in the format \`${card.format.name}\` (${card.format.source}), written by Whetstone.`,
    '## Load it',
    `\`\`\`python\n${card.load}\n\`\`\``,
    '## Files',
    table(
      ['split', 'file', 'rows', 'bytes', 'SHA-256'],
      card.files.map(({ split, path, rows, bytes, sha256 }) => [split, path, rows, bytes, sha256]),
    ),
    '## Where the answers come from',
    table(
      ['model', 'origin'],
      card.generators.map(({ model, origin }) => [model, origin]),
    ),
    ...(card.recipe ? [`Recipe: ${markdownText(card.recipe)}.`] : []),
    '## Where the tasks come from',
    table(
      ['source', 'licence'],
      card.licences.map(({ source, licence }) => [source, licence ?? 'not known: ask the source']),
    ),
    ...(Object.keys(card.composition).length > 0
      ? ['## Composition', table(['taskset and level', 'rows'], Object.entries(card.composition))]
      : []),
    '## Contamination',
    contamination
      ? `${contamination.overlapping} of ${card.rows} rows hold one of the ${contamination.questions} questions that the validation and test tasks ask, or ${contamination.words} words of one in a row.`
      : 'Not checked: the questions that measure were not at hand.',
  ]
  const text = `---\n${stringify(front)}---\n\n${parts.join('\n\n')}\n`
  checkHubCard(text)
  return text
}

/** Reads a README's front matter as the hub does and says what it would not take. */
export function checkHubCard(text: string, where = 'README.md'): FrontMatter {
  const [, yaml] = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text) ?? []
  if (yaml === undefined) throw new BadInput(`${where} has no front matter: it begins with a line of three dashes and ends with another`)
  let value: unknown
  try {
    value = parse(yaml)
  } catch (error) {
    throw new BadInput(`${where}: its front matter is no YAML (${(error as Error).message.split('\n')[0]})`)
  }
  const parsed = FrontMatter.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new BadInput(`${where}: ${issue?.path.map(String).join('.') || 'front matter'}: ${issue?.message ?? 'does not fit'}`)
}
