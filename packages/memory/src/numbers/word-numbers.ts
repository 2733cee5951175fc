const units =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  )
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ')
const small = new Map<string, number>([
  ...units.map((word, value): [string, number] => [word, value]),
  ...tens.map((word, index): [string, number] => [word, 20 + 10 * index]),
  ['nil', 0],
  ['naught', 0],
  ['nought', 0],
  ['fourty', 40],
  ['dozen', 12],
])
/** Ordinals that a fraction's name cannot be mistaken for: from ten on. */
const ordinals = new Map<string, number>([
  ...units.slice(10).map((word, index): [string, number] => [word === 'twelve' ? 'twelfth' : `${word}th`, 10 + index]),
  ...tens.map((word, index): [string, number] => [word.replace(/y$/, 'ieth'), 20 + 10 * index]),
])
const unitOrdinals = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ')
const scales = new Map<string, bigint>([
  ['hundred', 100n],
  ['thousand', 1000n],
  ['million', 10n ** 6n],
  ['billion', 10n ** 9n],
  ['trillion', 10n ** 12n],
])
const parts = new Map<string, number>([
  ['half', 2],
  ['halves', 2],
  ['quarter', 4],
  ['third', 3],
  ['fourth', 4],
  ['fifth', 5],
  ['sixth', 6],
  ['seventh', 7],
  ['eighth', 8],
  ['ninth', 9],
  ['tenth', 10],
  ['eleventh', 11],
  ['twelfth', 12],
  ['fifteenth', 15],
  ['sixteenth', 16],
  ['twentieth', 20],
  ['hundredth', 100],
  ['thousandth', 1000],
])
for (const [word, value] of [...parts]) parts.set(`${word}s`, value)

/** `one` as a pronoun counts nothing. */
const pronoun =
  /\b(?:(?:no|any|every|some|each|this|that|which|the|another|the other|the right|the wrong|a|only) one|one (?:another|should|can|could|must|might|may|has to|needs|wants|would|will|is asked|by one|at a time|after|or more|of|way|side|thing|another's)|one's|one-by-one|one-to-one|first one|last one|one and only)\b/g

const word = `(?:${[...small.keys(), ...scales.keys()].sort((a, b) => b.length - a.length).join('|')})`
const phrase = new RegExp(
  `\\b(?:(?:a|half a) (?=hundred|thousand|million|billion|dozen))?(?:(?:\\d+(?:\\.\\d+)?)[ -]+(?=dozen|hundred|thousand|million|billion|trillion))?${word}(?:(?:[ -]|,? and |, (?=${word}))${word})*\\b`,
  'g',
)

/** The value of a cardinal such as `one hundred and twenty-three`, as decimal text; null when the words make no one number. */
function cardinal(text: string): string | null {
  let half = false
  let total = 0n
  let group: bigint | null = null
  let lastUnit = Infinity
  for (const token of text.split(/[\s,-]+/)) {
    const value = small.get(token)
    const scale = scales.get(token)
    if (token === 'half') half = true
    else if (token === 'a') group = 1n
    else if (/^\d/.test(token)) {
      // 2.5 million: scaled as text, in thousandths, so that it stays exact.
      const [whole = '0', part = ''] = token.split('.')
      const next = text.slice(text.indexOf(token) + token.length).trim()
      const by = scales.get(next) ?? BigInt(small.get(next) ?? 0)
      if (by === 0n) return null
      const scaled = BigInt(whole + part) * by
      const cut = 10n ** BigInt(part.length)
      return scaled % cut === 0n ? String(scaled / cut) : null
    } else if (token === 'dozen') {
      group = (group ?? 1n) * BigInt(value as number)
      if (half) group /= 2n
    } else if (value !== undefined) {
      // twenty one, one hundred five: a unit follows tens or a scale; nine one is two numbers.
      if (group !== null && !(lastUnit >= 20 && value < 10) && !(group % 100n === 0n && group > 0n)) return null
      group = (group ?? 0n) + BigInt(value)
      lastUnit = value
    } else if (scale !== undefined) {
      if (scale === 100n) group = (group ?? 1n) * 100n
      else {
        total += (group ?? 1n) * scale
        group = null
      }
      lastUnit = Infinity
    }
  }
  return String(total + (group ?? 0n))
}

/** Number words in a text turned into digits: `twenty-one` 21, `two thirds` 2/3, `minus five` -5, `three times four` 3 * 4, `e i g h t` 8. Ordinals stay words, and so does `one` as a pronoun. */
export function wordNumbers(text: string): string {
  let plain = text
    .toLowerCase()
    // Letters spelled apart: `e-i-g-h-t`.
    .replace(/(?<![a-z])(?:[a-z](?: - |[ .·_-])){2,}[a-z](?![a-z])/g, (spelled) =>
      spelled
        .replace(/ - /g, '-')
        .replace(/(?<=[a-z])[ .·_](?=[a-z])/g, '')
        .replace(/^(?:[a-z]-)+[a-z]$/, (letters) => letters.replaceAll('-', '')),
    )
    // forty-second, and a power said as an ordinal.
    .replace(
      new RegExp(`\\b(${tens.join('|')})[ -](${unitOrdinals.slice(0, 9).join('|')})\\b`, 'g'),
      (_, ten: string, unit: string) => ` ${(small.get(ten) as number) + unitOrdinals.indexOf(unit) + 1} `,
    )
    .replace(
      new RegExp(`(?<!\\b(?:\\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten)[ -])\\b(${[...ordinals.keys()].join('|')})\\b`, 'g'),
      (name) => ` ${ordinals.get(name)} `,
    )
    .replace(
      new RegExp(`\\bto the (${unitOrdinals.join('|')})(?: power)?\\b`, 'g'),
      (_, name: string) => ` ^ ${unitOrdinals.indexOf(name) + 1} `,
    )
    .replace(/\bto the (\d+)(?:st|nd|rd|th)(?: power)?\b/g, ' ^ $1 ')
    .replace(pronoun, '\u0002')
  // Runs of single digits said one by one, `one eight`, stand beside the numbers themselves.
  const digit = `(?:${units.slice(0, 10).join('|')}|oh)`
  plain = plain.replace(new RegExp(`\\b${digit}(?:[ -]+${digit})+\\b`, 'g'), (said) =>
    said
      .split(/[ -]+/)
      .map((name) => (name === 'oh' ? '0' : String(small.get(name))))
      .join(' '),
  )
  plain = plain.replace(phrase, (said) => {
    const value = cardinal(said)
    if (value !== null) return ` ${value} `
    return said.replace(new RegExp(word, 'g'), (single) => (small.has(single) ? ` ${small.get(single)} ` : single))
  })
  const denominator = [...parts.keys()].sort((a, b) => b.length - a.length).join('|')
  return (
    plain
      .replace(/\b12\s+and a half(?=\s|$|[.,;])/g, (said) => (/dozen and a half/i.test(text) ? ' 18 ' : said))
      .replace(
        new RegExp(`(\\d+)\\s+and\\s+(?:a|1)\\s+(${denominator})\\b`, 'g'),
        (_, whole: string, name: string) => ` ${whole} 1/${parts.get(name)} `,
      )
      .replace(
        new RegExp(`(\\d+)\\s+and\\s+(\\d+)[\\s-]+(${denominator})\\b`, 'g'),
        (_, whole: string, top: string, name: string) => ` ${whole} ${top}/${parts.get(name)} `,
      )
      .replace(
        new RegExp(`\\b(\\d+|an?)[\\s-]+(${denominator})\\b`, 'g'),
        (_, top: string, name: string) => ` ${/\d/.test(top) ? top : '1'}/${parts.get(name)} `,
      )
      .replace(/\bhalf\b/g, ' 1/2 ')
      .replace(/\bnegative\s+(?=\d)/g, ' -')
      .replace(/(?<!\d\s*)\bminus\s+(?=\d)/g, ' -')
      // Said as an operation.
      .replace(/\b(?:twice|double)\s+(?=\d)/g, ' 2 * ')
      .replace(/(\d+\/\d+|\d%|percent)\s+of\s+(?=\d)/g, '$1 * ')
      .replace(/(\d+)\s+(?:more than|greater than|added to)\s+(?=\d)/g, '$1 + ')
      .replace(/(\d+)\s+(?:less than|fewer than|subtracted from|taken from)\s+(\d+)/g, '$2 - $1')
      .replace(
        /\b(sum|product) of\s+(\d[\d.]*)\s+and\s+(?=\d)/g,
        (_, name: string, first: string) => ` ${first} ${name === 'sum' ? '+' : '*'} `,
      )
      .replace(
        /\b(difference (?:of|between)|quotient of)\s+(\d[\d.]*)\s+and\s+(?=\d)/g,
        (_, name: string, first: string) => ` ${first} ${name.startsWith('d') ? '-' : '/'} `,
      )
      .replace(/(\d+)\s+(?:groups|sets|lots|bags|boxes|rows|packs|piles|times as many as) of\s+(?=\d)/g, '$1 * ')
      .replace(/(?<![\d.,])(\d{1,3})\s+in\s+(?=(?:every\s+)?\d{1,3}(?![\d.,]\d|\d))/g, '$1 / ')
      .replace(/(?<![\d.,])(\d+)\s+(?:degrees\s+)?below zero\b/g, ' -$1 ')
      .replace(/\bplus\b/g, ' + ')
      .replace(/(?<=\d\s+)(?:minus|less)(?=\s+\d)/g, ' - ')
      .replace(/\b(?:times|multiplied by)\b/g, ' * ')
      .replace(/\b(?:divided by|over|out of)\b/g, ' / ')
      .replace(/\b(?:to the power(?: of)?|raised to(?: the)?)\b/g, ' ^ ')
      .replace(/\bsquared\b/g, '^2')
      .replace(/\bcubed\b/g, '^3')
      .replace(/\b(?:the )?square root of\b/g, ' sqrt ')
      .replace(/\s+point\s+(\d(?:\s+\d)*)/g, (_, digits: string) => `.${digits.replace(/\s/g, '')}`)
  )
}
