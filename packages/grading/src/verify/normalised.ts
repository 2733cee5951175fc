import { z } from 'zod'

/** What of a text does not count when it is compared. By default only white space at its ends. */
export const Normalisation = z.strictObject({
  case: z.boolean().default(true).describe('capital and small letters differ'),
  spaces: z.boolean().default(true).describe('white space within the text counts'),
  punctuation: z.boolean().default(true).describe('punctuation counts'),
  articles: z.boolean().default(true).describe('a, an and the count'),
  accents: z.boolean().default(true).describe('accents count'),
  unicode: z.enum(['as written', 'NFC', 'NFKC']).default('NFC').describe('form of composed and compatible characters'),
})
export type Normalisation = z.output<typeof Normalisation>

export function normalised(text: string, how: Normalisation): string {
  const lines = text.replaceAll('\r\n', '\n') // the same line break everywhere
  let left = how.unicode === 'as written' ? lines : lines.normalize(how.unicode)
  if (!how.accents)
    left = left
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .normalize('NFC')
  if (!how.case) left = left.toLowerCase()
  if (!how.punctuation) left = left.replace(/[\p{P}\p{S}]/gu, (sign, at: number) => (isWithinNumber(left, at) ? sign : ' '))
  if (!how.articles) left = left.replace(/(?<![\p{L}\p{N}])(?:a|an|the)\s+(?=[\p{L}\p{N}])/giu, ' ')
  if (!how.spaces || !how.punctuation || !how.articles) left = left.replace(/\s+/gu, ' ')
  return left.trim()
}

/** `3.5` and `-2` keep their signs: they are other numbers without. */
const isWithinNumber = (text: string, at: number) =>
  (/[.,]/.test(text[at] as string) && /\d/.test(text[at - 1] ?? '') && /\d/.test(text[at + 1] ?? '')) ||
  (/[-−+%]/.test(text[at] as string) &&
    (/\d/.test(text[at + 1] ?? '') || /\d/.test(text[at - 1] ?? '')) &&
    !/\p{L}/u.test(text[at - 1] ?? ''))
