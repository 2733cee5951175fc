/** Value of a decimal digit of any script: decimal digits lie in runs of ten. */
function digitValue(character: string): string {
  const point = character.codePointAt(0) as number
  for (let back = 1; back <= 9; back++) if (!/\p{Nd}/u.test(String.fromCodePoint(point - back))) return String(back - 1)
  return '9'
}

const raised = new Map([...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻'].map((character, index) => [character, '0123456789+-'[index] as string]))
const lowered = new Map([...'₀₁₂₃₄₅₆₇₈₉'].map((character, index) => [character, String(index)]))
const emoji = /\u{fe0f}?\u{20e3}/gu
const run = (characters: Map<string, string>) => new RegExp(`[${[...characters.keys()].join('')}]+`, 'g')
const spell = (characters: Map<string, string>) => (text: string) => [...text].map((character) => characters.get(character)).join('')

/** Ways of writing that hide a number from a plain search, undone in order: each is a pattern and what it becomes. */
const undo: [RegExp, string | ((...groups: (string | undefined)[]) => string)][] = [
  // Characters that cannot be seen, and entities that a page would show as digits.
  [/[\u00ad\u034f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|\u{fe0f}/gu, ''],
  [emoji, ' '],
  [/&#x([0-9a-f]{1,6});/gi, (_, code) => character(parseInt(code as string, 16))],
  [/&#(\d{1,7});/g, (_, code) => character(Number(code))],
  [/&nbsp;|&thinsp;/g, ' '],
  [/(?:\\u00(?:3[0-9]|2[de]))+/gi, (codes) => (codes as string).replace(/\\u00(..)/gi, (_, code: string) => character(parseInt(code, 16)))],
  [/(?:%(?:3[0-9]|2[de])){2,}/gi, (codes) => decodeURIComponent(codes as string)],
  [/[零〇一二三四五六七八九十百千万]+/g, (numeral) => ` ${chineseNumeral(numeral as string)} `],
  // Signs. A dash between words is a dash; a minus sign is a minus.
  [/[\u2014\u2015]/g, ' \u0001 '],
  [/[\u2010-\u2013\u2212\ufe63\uff0d]/g, '-'],
  [/[×✕⋅·∙•∗]|\\times|\\cdot|\\ast/g, '*'],
  [/[÷∕⁄]|\\div/g, '/'],
  [/√\s*\{?\(?(\d+(?:[.,]\d+)*)\)?\}?/g, ' sqrt($1) '],
  [/\|\s*-\s*(\d[\d.,]*)\s*\|/g, ' $1 '],
  // LaTeX: what only sets type goes, fractions become quotients.
  [/\\(?:left|right|displaystyle|!|,|;|:|quad|qquad|big|Big)(?![a-zA-Z])/g, ''],
  [/\{,\}/g, ','],
  [/\\(?:text|textbf|textit|mathbf|mathrm|mathit|boxed|fbox|emph|underline|ensuremath|operatorname)\s*\{([^{}]*)\}/g, '$1'],
  [/\\[dt]?frac\s*\{?\s*(\d)\s*\}?\s*\{?\s*(\d)\s*\}?(?!\d)/g, ' ($1)/($2) '],
  [/(\d)\s*\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, '$1 $2/$3 '],
  [/\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}/g, ' ($1)/($2) '],
  [/-\s+(?=\(\s*-?\d)/g, '-'],
  [/\\sqrt\s*\{([^{}]*)\}/g, ' sqrt($1) '],
  [/\\sqrt\s*(\d)/g, ' sqrt($1) '],
  [/\\overline\s*\{(\d+)\}/g, '($1)'],
  [/\^\s*\{\s*([^{}]*?)\s*\}/g, '^($1)'],
  [/_\s*\{\s*([^{}]*?)\s*\}/g, '_$1'],
  [/\\circ/g, ''],
  [/\\%/g, '%'],
  [/\\?\$/g, ' '],
  // Another base named in words.
  [/\b([01]+)\s*(?:\(|in )?binary\b|\bbinary\s+(?:number |is )?([01]+)\b/gi, (_, before, after) => `${before ?? after}_2`],
  [
    /\b([0-9a-f]+)\s*(?:\(|in )?hex(?:adecimal)?\b|\bhex(?:adecimal)?\s+(?:number |is )?([0-9a-f]+)\b/gi,
    (_, before, after) => `${before ?? after}_16`,
  ],
  [/\b([0-9a-f]+),?\s*(?:\(|in )?base[ -]?(\d{1,2})\b/gi, '$1_$2'],
  // Markdown. Two stars between digits are a power, elsewhere they are bold type.
  [/(\d)\s*\*\*\s*(?=\d)/g, '$1^'],
  [/\*\*|__|~~|`/g, ''],
  // Parentheses around one plain number add nothing: (3)/(4) is 3/4.
  [/(?<![\w.)])\((\d+)\)\s*\/\s*\((\d+)\)/g, '$1/$2'],
]

/** 四十二 is 42, 四二 too. */
function chineseNumeral(text: string): number {
  const scales: Record<string, number> = { 十: 10, 百: 100, 千: 1000 }
  let [total, section, digit] = [0, 0, 0]
  if (!/[十百千万]/.test(text)) return Number([...text].map((each) => Math.max(0, '〇一二三四五六七八九'.indexOf(each))).join(''))
  for (const each of text) {
    if (each === '万') [total, section, digit] = [total + (section + digit || 1) * 10_000, 0, 0]
    else if (scales[each]) [section, digit] = [section + (digit || 1) * (scales[each] as number), 0]
    else digit = Math.max(0, '〇一二三四五六七八九'.indexOf(each))
  }
  return total + section + digit
}

const character = (code: number) => (code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : ' ')

/** A text with its typography undone: ASCII digits, `^ * / -` for operators, no markup, nothing invisible; lines are kept. */
export function plainText(text: string): string {
  let plain = text
    .replace(run(raised), (digits) => `^${spell(raised)(digits)}`)
    .replace(run(lowered), (digits) => `_${spell(lowered)(digits)}`)
    // A fraction sign after a digit makes a mixed number: 1½ is 1 1/2.
    .replace(/(?<=[\p{L}\d])(?=[\u00bc-\u00be\u2150-\u215e\u2189])/gu, ' ')
    .normalize('NFKC')
    .replace(/\p{Nd}/gu, (digit) => (digit >= '0' && digit <= '9' ? digit : digitValue(digit)))
  // No answer has hundreds of digits, and patterns would go over them again and again.
  plain = plain.replace(/\d{200,}/g, '\u0004')
  for (const [pattern, becomes] of undo) plain = plain.replace(pattern, becomes as string)
  // Fractions nest: what was inside one is replaced in a second pass.
  if (/\\[dt]?frac|\\sqrt|\\text/.test(plain)) for (const [pattern, becomes] of undo) plain = plain.replace(pattern, becomes as string)
  return plain
}
