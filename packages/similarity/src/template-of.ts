import { wordsOf } from './words-of.ts'

const isNumber = /^\d/

/**
 * What a question is apart from its numbers, and the numbers: `A crate holds 6 jars.` and `A crate holds 7 jars.` share a form and are two tasks. `figures` holds numbers and signs of arithmetic in
 * order.
 */
export function templateOf(text: string): { form: string; figures: string } {
  const words = wordsOf(text, { symbols: true })
  const figures: string[] = []
  const form = words.map((word) => {
    if (isNumber.test(word)) {
      figures.push(word)
      return '#'
    }
    if (/^[-+*/=<>^%×÷±√]$/.test(word)) figures.push(word)
    return word
  })
  return { form: form.join(' '), figures: figures.join(' ') }
}

/** Two texts of one template with other numbers in it: two tasks, however alike they look. */
export function sameTemplate(a: string, b: string): boolean {
  const [one, other] = [templateOf(a), templateOf(b)]
  return one.form === other.form && one.figures !== other.figures
}
