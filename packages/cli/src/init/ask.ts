import { existsSync } from 'node:fs'
import { cancel, intro, isCancel, log, note, outro, select, text } from '@clack/prompts'
import { BadInput } from '@whetstone/core'
import { recipeFile } from '../recipe/write-recipe.ts'
import { fromHere } from '../here.ts'

/** What is asked where nobody gave it as a flag. */
export type Asked = { template: string; name: string; model: string; endpoint: string; data: string; minutes: number }

export const templates = {
  table: 'a table of your own: questions and answers',
  endpoint: 'the same with a model behind an endpoint: does memory help it? (nothing is trained)',
  gsm8k: 'GSM8K, school maths in words (datasets:pull --dataset=gsm8k)',
  code: 'small Python problems with tests (MBPP; datasets:pull --dataset=mbpp)',
} as const
export type Template = keyof typeof templates

/** Asks one after another, in a terminal; what was given as a flag is not asked. */
export async function ask(given: Partial<Asked>): Promise<Asked> {
  intro('A recipe for your own tasks')
  const template =
    given.template ??
    said(await select({ message: 'What is it about?', options: Object.entries(templates).map(([value, label]) => ({ value, label })) }))
  const name =
    given.name ??
    said(
      await text({
        message: 'Name of the recipe',
        initialValue: 'mine',
        validate: (value) =>
          problemOf(() => recipeFile(value ?? '')) ?? (existsSync(recipeFile(value ?? '')) ? 'there is one of that name' : undefined),
      }),
    )
  const remote = template === 'endpoint'
  const endpoint = remote
    ? (given.endpoint ?? said(await text({ message: 'Address of the endpoint (OpenAI-compatible)', placeholder: 'http://127.0.0.1:8080' })))
    : ''
  const model = remote
    ? ''
    : (given.model ??
      said(await text({ message: 'Model: a GGUF file, models/<name>, or hf:owner/repo/file.gguf', initialValue: 'models/tiny' })))
  const own = template === 'table' || template === 'endpoint'
  const data = own
    ? (given.data ??
      fromHere(
        said(
          await text({
            message: 'Table of tasks: CSV, TSV, JSON, JSONL or Parquet',
            validate: (value) => (existsSync(fromHere(value ?? '')) ? undefined : 'no such file'),
          }),
        ),
      ))
    : ''
  const minutes =
    given.minutes ??
    Number(
      said(
        await text({
          message: 'Minutes at hand for a round',
          initialValue: '30',
          validate: (value) => (Number(value) > 0 ? undefined : 'a number of minutes'),
        }),
      ),
    )
  return { template, name, model, endpoint, data, minutes }
}

/** What was answered; whoever presses Ctrl-C is let go. */
function said(answer: string | symbol): string {
  if (!isCancel(answer)) return answer
  cancel('Nothing was written')
  throw new BadInput('Stopped: nothing was written')
}

const problemOf = (work: () => unknown): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** Asks whether what was worked out shall be written. */
export async function confirmed(what: string): Promise<boolean> {
  note(what, 'The recipe')
  return (
    said(
      await select({
        message: 'Write it?',
        options: [
          { value: 'yes', label: 'yes' },
          { value: 'no', label: 'no, leave everything as it is' },
        ],
      }),
    ) === 'yes'
  )
}

export { log, outro }
