import type { ExportFormat, WriteOptions } from '@whetstone/datasets'
import type { Flags, Values } from '../command.ts'

/** How rows are written, of every command that writes them. */
export const rowFlags = {
  thinking: {
    type: 'string',
    choices: ['separate', 'inline', 'drop'],
    about: "where thinking goes: a field of its own, <think> tags before the answer, nowhere (default: the format's way)",
  },
  text: { type: 'boolean', about: 'plain text instead of message lists, where the format has both' },
  implicit: { type: 'boolean', about: 'preference pairs with the prompt inside both answers' },
  validation: {
    type: 'number',
    min: 0,
    max: 0.5,
    whole: false,
    about: 'share of the questions whose rows go to a validation file (default 0; mlx-lm 0.1: it does not train without)',
  },
  shard: { type: 'number', min: 1, about: 'most rows a file' },
  gzip: { type: 'boolean', about: 'pack the JSONL' },
} as const satisfies Flags

/** Of the questions, where nobody says. */
export const shareHeldOut = ({ splitFiles }: Pick<ExportFormat, 'splitFiles'>): number => (splitFiles ? 0.1 : 0)

export const rowOptions = (
  format: Pick<ExportFormat, 'splitFiles'>,
  { thinking, validation, ...rest }: Values<typeof rowFlags>,
): Partial<WriteOptions> => ({
  ...rest,
  thinking: thinking as WriteOptions['thinking'],
  validation: validation ?? shareHeldOut(format),
})
