import { greek } from './name.ts'

/** One symbol: a letter, a Greek one, a segment, with an index, primes or arguments. */
const letter = String.raw`(?:\\(?:${greek})(?![A-Za-z])|[\u0391-\u03c9]|(?<![A-Za-z\\'’])(?:[A-Za-z]|[A-Z]{2,3})(?![A-Za-z]))`
const dressed = String.raw`(?:\\(?:overline|angle|widehat|hat|bar|vec|mathbf|mathrm|text)\s*\{?\s*)?${letter}\s*\}?`
const symbol = String.raw`${dressed}(?:_(?:\w|\{[^{}]*\})|[₀-₉\d](?![\d.]))?['′]*(?:\([^()=\n]{1,20}\))?`
/** Whose labels are no quantities: `part A is 5`. */
const labelled =
  /\b(?:part|question|problem|option|choice|case|step|exercise|figure|table|section|team|class|group|player|plan|store|shop|row|column|statement|method|line|point|page|type|item|set|version)\s*\(?$/i
const copula = String.raw`(?:is|was|equals|becomes|(?:must|should|will|would|has\s+to|turns\s+out\s+to)\s+be|est|vaut|ist|beträgt|es|è|é|равно|равен|равна|(?:的值|の値)?\s*(?:是|等于|等於|为|為|は))(?:\s+(?:then|thus|therefore|hence|exactly|just|simply|equal\s+to|given\s+by))*|:`
const open = String.raw`[\s$({[\\]*(?:boxed\s*\{|fbox\s*\{)?[\s$(]*[-+]?[\s$]*`
const saidBefore = new RegExp(String.raw`(${symbol})[\s$)*_]*(?:${copula})[\s$*_]*${open}$`, 'u')
const saidBehind = new RegExp(
  String.raw`^[\s$})]*(?:=|(?:is|as|for)(?:\s+the)?(?:\s+(?:value|variable))?(?:\s+(?:of|for))?(?=\W))[\s$({]*(${symbol})(?![\s$]*[-+*/^\d(])`,
  'u',
)
const side = new RegExp(String.raw`(?<![-+*/^\d)}\\]\s*)(${symbol}|\\(?:text|mathrm)\{[^{}]*\}|\\frac\{[A-Z]+\}\{[A-Z]+\})[\s$&]*$`, 'u')

/**
 * The names that a text gives to the number or formula from `from` to `to` in it: `k` and `x` in `k = x = -3`, `k` in "the value of k is -3" and "-3 is the value of k". Empty where it names none. Only
 * symbols are names here: a description may be that of any of them.
 */
export function saidNames(text: string, from: number, to: number): string[] {
  const before = text.slice(Math.max(0, from - 200), from)
  const behind = saidBehind.exec(text.slice(to, to + 80))?.[1]
  const chain = before.replace(/\\(?:begin|end)\{[^{}]*\}/g, ' ').replace(/(?:\\\\)?\s*\n?\s*&?\s*(?==)/g, ' ')
  const start = Math.max(...[/[\n;!?。；](?![^]*[\n;!?。；])/, /[.,:]\s(?![^]*[.,:]\s)/].map((stop) => chain.search(stop)))
  const names = chainNames(chain.slice(start + 1).split(/[=≈]|\\approx/))
  const said = names.length === 0 ? saidBefore.exec(before) : null
  if (said && !labelled.test(before.slice(0, said.index).trimEnd())) names.push(said[1] as string)
  return behind === undefined ? names : [...names, behind]
}

/** The names among the sides of a chain that ends where the number begins; what words part from it is none of it. */
function chainNames(sides: string[]): string[] {
  const names: string[] = []
  for (let i = sides.length - 1; i > 0 && !prose.test(sides[i] as string); i--) {
    const found = side.exec(sides[i - 1] as string)?.[1]
    if (found !== undefined) names.push(found)
  }
  return names
}
const prose = /(?<![\\A-Za-z{])[A-Za-z]*[a-z]{2}/
