import type { Rational } from '../rational.ts'

const ten = (power: number): Rational => ({ n: 10n ** BigInt(power), d: 1n })
/** Words that multiply the number before them. A Spanish, French or German word is there where it has one meaning only. */
const words: [value: Rational, spellings: string][] = [
  [ten(1), 'tens'],
  [{ n: 12n, d: 1n }, 'dozen dozens docena docenas douzaine douzaines Dutzend दर्जन'],
  [{ n: 20n, d: 1n }, 'score'],
  [{ n: 144n, d: 1n }, 'gross'],
  [ten(2), 'hundred hundreds hundert 百 सौ'],
  [
    ten(3),
    'thousand thousands grand mil mille millares tausend Tausend mila tysiąc tysiące tysięcy тысяча тысячи тысяч тыс. 千 천 हज़ार हजार ألف آلاف nghìn ribu',
  ],
  [ten(4), '万 萬 만'],
  [ten(5), 'lakh lakhs lac लाख'],
  [
    ten(6),
    'million millions mn mln mio Mio. Million Millionen millón millones milhão milhões milione milioni milion miliony milionów miljoen miljoner миллион миллиона миллионов млн مليون ملايين triệu juta milyon',
  ],
  [ten(7), 'crore crores करोड़'],
  [ten(8), '億 亿 억'],
  [
    ten(9),
    'billion billions bn milliard milliards Mrd Mrd. Milliarde Milliarden miliardo miliardi миллиард миллиарда миллиардов млрд miljard مليار tỷ milyar',
  ],
  [ten(12), 'trillion trillions tn 兆 조'],
  [ten(15), 'quadrillion quadrillions'],
  [ten(18), 'quintillion quintillions'],
]
const known = new Map(
  words.flatMap(([value, spellings]) => spellings.split(' ').map((spelling) => [spelling.toLowerCase(), value] as const)),
)
/** One letter is a magnitude only behind an amount of money: `$5k`, but `5k` is 5 times k. */
const withCurrency = new Map([
  ['k', ten(3)],
  ['m', ten(6)],
  ['b', ten(9)],
  ['t', ten(12)],
])

const isCjk = /^[\u3000-\u9fff\uac00-\ud7af]/
const word = /\s*[$}]?\s*-?\s*(?:\\(?:text(?:bf|rm|it)?|mathrm|mathbf|mbox)\s*\{(?:\s|~|\\[,; ])*|(?:~|\\[,; ])\s*)*([\p{L}\p{M}]+\.?)/uy
/** Words that are magnitudes only where nothing that is counted in another way is meant: a gross income, a score of points, a grand piano. */
const alone = /^(?:gross|score|grand)$/
const noCount = /^\s+(?:of\s+\d|points?|income|pay|profit|salary|pianos?|total|domestic|weight)/i
const ofMoney = /^\s*(?:\p{Sc}|(?:dollars?|euros?|pounds?|bucks|usd|eur|gbp)\b)/iu

/** The magnitude that stands at a place, and where it ends; null where none does. */
export function magnitudeAt(text: string, from: number, money: boolean): { value: Rational; end: number } | null {
  word.lastIndex = from
  const match = word.exec(text)
  if (!match) return null
  const found = match[1] as string
  const end = from + match[0].length
  if (isCjk.test(found)) {
    const value = known.get(found[0] as string)
    return value ? { value, end: end - found.length + 1 } : null
  }
  const spelling = found.toLowerCase()
  const bare = spelling.replace(/\.$/, '')
  if (alone.test(bare) && ((money && bare !== 'grand') || noCount.test(text.slice(end)))) return null
  const letter = /^\S/.test(match[0]) && (money || ofMoney.test(text.slice(end))) ? withCurrency.get(bare) : undefined
  const value = known.get(spelling) ?? known.get(bare) ?? letter
  return value ? { value, end: spelling !== bare && !known.has(spelling) ? end - 1 : end } : null
}
