import { replaceCommand } from './scan.ts'

/**
 * Spellings of units that a wrong answer may confuse: two known units with different names never agree. Anything else is a label and left
 * out.
 */
const spellings: Record<string, string> = {
  mm: 'mm millimeter millimetre',
  cm: 'cm centimeter centimetre',
  m: 'm meter metre',
  km: 'km kilometer kilometre',
  inch: 'in inch inches',
  foot: 'ft foot feet',
  yard: 'yd yard',
  mile: 'mi mile',
  second: 's sec second',
  minute: 'min minute',
  hour: 'h hr hour',
  day: 'day',
  week: 'week',
  month: 'month',
  year: 'yr year',
  mg: 'mg milligram',
  g: 'g gram',
  kg: 'kg kilogram',
  pound: 'lb lbs pound',
  ounce: 'oz ounce',
  liter: 'l liter litre',
  ml: 'ml milliliter millilitre',
  dollar: 'dollar usd',
  cent: 'cent ¢',
  euro: 'euro eur €',
  degree: 'degree deg',
  celsius: 'celsius centigrade',
  fahrenheit: 'fahrenheit',
  radian: 'radian rad',
  mph: 'mph',
  'km/h': 'km/h kmh kph',
  'm/s': 'm/s',
  кг: 'кг',
  г: 'г',
  см: 'см',
  м: 'м',
  км: 'км',
}
const known = new Map(
  Object.entries(spellings).flatMap(([name, all]) =>
    all.split(' ').flatMap((spelling): [string, string][] => [
      [spelling, name],
      [`${spelling}s`, name],
    ]),
  ),
)

export type Measured = { body: string; unit: string | null; percent: boolean }

/** Words that change the number before them, and single letters that are symbols rather than units. */
const noLabel =
  /^\s*(?:factorial|squared|cubed|choose|mod(?:ulo)?|remainder|rem|times|plus|minus|over|point|percent|per|and|or|to)\b|^\s*[a-z]\s*$/i
const unitLetter = /^\s*[mgshltdwCFKJNVWAL]\s*$/

/** A number, fraction or mixed number, and up to six words of a unit behind it: `12 square feet`, `10 m/s`, `3 1/2 cm^2`. */
const numberWithWords = new RegExp(
  [
    String.raw`^([-+]?[\d.,]*\d(?:\s*\/\s*\d+|\s+\d+\s*\/\s*\d+)?(?:\s*\\pi)?)\s+`,
    String.raw`((?:[a-z]{2,}|[a-z]{1,3}\/[a-z]{1,3}(?![a-z]))(?:\s*\^\{?\d\}?|[\d²³])?(?:[\s/]+[a-z.]+(?:\s*\^\{?\d\}?)?){0,5})\.?$`,
  ].join(''),
  'i',
)
/** `9km`, `12cm^2`: units of several letters that are no usual product of symbols. */
const numberWithUnit =
  /^([-+]?[\d.,]*\d(?:\s*\/\s*\d+)?)(km|cm|mm|dm|kg|ft|yd|mi|hrs?|mins?|secs?|lbs?|oz|m[lL]|mph|kmh|km\/h|m\/s|ha|kWh|Hz|kHz|MHz|[KMG]B|usd|USD|eur|EUR)(\^\{?\d\}?)?\.?$/
const percentAtEnd = /\s*(?:\\?%|(?<![A-Za-z])(?:percent(?:age)?|per cent|pct)\.?)\s*$/i

/**
 * Takes currency, percent signs, degrees, unit words and labels off both ends of a quantity (tidied LaTeX). `unit` is the known unit, or
 * null.
 */
export function stripUnit(latex: string): Measured {
  let body = latex.trim()
  let unit: string | null = null
  const currency =
    /^([-+]?)\s*(?:\\?\p{Sc}|\\text\{\s*\\?\p{Sc}\s*\}|\\(?:pounds|yen|euro)(?![A-Za-z])|(?:US|HK|A|R)\\?\$|(?:Rs\.?|kr\.?|CHF|USD|EUR|GBP|INR|JPY|CAD|AUD)\s?(?=\d))\s*/u.exec(
      body,
    )
  if (currency && currency[0].length < body.length) {
    body = `${currency[1]}${body.slice(currency[0].length)}`
    unit = /[€]/.test(currency[0]) ? 'euro' : /\$/.test(currency[0]) ? 'dollar' : null
  }
  const trailing = /\\text\{[^{}]*\}(?:\^\{?\d\}?)?\s*\.?$/.exec(body)
  if (trailing && trailing.index > 0) {
    const label = replaceCommand(trailing[0], /\\text\{/g, (content) => content)
    const before = body.slice(0, trailing.index).trim()
    if (percentAtEnd.test(` ${label.trim()}`)) return { body: before, unit: null, percent: true }
    const scale = before.endsWith('^\\circ') ? /^\s*([CF])\s*$/.exec(label)?.[1] : undefined
    if (scale !== undefined) return { ...stripUnit(before), unit: scale === 'C' ? 'celsius' : 'fahrenheit' }
    if (noLabel.test(label) && !unitLetter.test(label)) return { body, unit: null, percent: false }
    if (!/[=<>+\-*/^_(,]$|\\(?:cdot|times|le|ge|ne|in|cup)$/.test(before)) return { ...stripUnit(before), unit: named(label) ?? unit }
  }
  const percent = percentAtEnd.exec(body)
  if (percent && percent.index > 0) return { body: body.slice(0, percent.index), unit: null, percent: true }
  const sign =
    /\s*(\^\\circ\s*(?:[CF]\b)?|\\?\p{Sc}(?:\s?[-—–]+)?|\\Omega|(?<=\d[\s.-]*)(?:zł|kr\.?|руб\.?|元|円|원|Kč|Ft|лв|грн))\s*$/u.exec(body)
  const isAngle = sign?.[1]?.startsWith('^') === true
  const isArgument = isAngle && /\\(?:sin|cos|tan|cot|sec|csc)/.test(body)
  if (sign && sign.index > 0 && !isArgument)
    return {
      ...stripUnit(body.slice(0, sign.index)),
      unit: isAngle
        ? sign[1]?.endsWith('C')
          ? 'celsius'
          : sign[1]?.endsWith('F')
            ? 'fahrenheit'
            : 'degree'
        : sign[1] === '¢'
          ? 'cent'
          : unit,
    }
  const glued = numberWithUnit.exec(body)
  if (glued) return { body: glued[1] as string, unit: named(`${glued[2]}${glued[3] ?? ''}`) ?? unit, percent: false }
  const plain = numberWithWords.exec(body)
  if (plain && !noLabel.test(plain[2] as string))
    return { body: plain[1] as string, unit: named(plain[2] as string) ?? unit, percent: false }
  return { body, unit, percent: false }
}

/** The known unit a label names, with its power: `cm^2`, `square feet` -> foot^2; null for a label of another kind. */
function named(label: string): string | null {
  const text = label.toLowerCase().replace(/[().]/g, ' ').trim()
  const squared = /^(?:sq\.?|square)\s+|\^\{?2\}?$|²$/.test(text) ? '^2' : /^(?:cu\.?|cubic)\s+|\^\{?3\}?$|³$/.test(text) ? '^3' : ''
  const name = known.get(text.replace(/^(?:sq|square|cu|cubic)\s+|\^\{?\d\}?$|[²³]$/g, '').trim())
  return name === undefined ? null : name + squared
}

/** Whether a word of a sentence behind a number is its unit; `in` seldom is. */
export const isUnitWord = (word: string) => word.length > 1 && word.toLowerCase() !== 'in' && known.has(word.toLowerCase())
