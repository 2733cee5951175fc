import { closingBracket, replaceCommand } from './scan.ts'

/** LaTeX read through JSON or a Python string has lost its backslashes to control characters: `\f` + `rac`. */
const lostEscapes: [RegExp, string][] = [
  [/\\?\f(?=rac|box)/g, '\\f'],
  [/\\?\x08(?=egin|oxed|inom|eta|ar|f\b|igl|igr)/g, '\\b'],
  [/\\?\t(?=ext|imes|an|heta|frac|riangle|o\b)/g, '\\t'],
  [/\\?\v(?=ec|ert|arphi)/g, '\\v'],
  [/\\?\r(?=ight|angle|floor|ceil|m\{)/g, '\\r'],
]

/** Puts the backslashes back. */
export function mendEscapes(text: string): string {
  if (!/[\b\f\t\v\r]/.test(text)) return text
  return lostEscapes.reduce((mended, [pattern, replacement]) => mended.replace(pattern, replacement), text)
}

const unicode: Record<string, string> = {
  π: '\\pi ',
  θ: '\\theta ',
  α: '\\alpha ',
  β: '\\beta ',
  λ: '\\lambda ',
  φ: '\\phi ',
  '∞': '\\infty ',
  '√': '\\sqrt',
  '∠': '\\angle ',
  '△': '\\triangle ',
  '×': '\\times ',
  '·': '\\cdot ',
  '⋅': '\\cdot ',
  '÷': '/',
  '−': '-',
  '–': '-',
  '—': '-',
  '≤': '\\le ',
  '≥': '\\ge ',
  '≠': '\\ne ',
  '≈': '\\approx ',
  '±': '\\pm ',
  '∓': '\\mp ',
  '°': '^\\circ ',
  '²': '^2',
  '³': '^3',
  '½': '\\frac12 ',
  '¼': '\\frac14 ',
  '¾': '\\frac34 ',
  '⅓': '\\frac13 ',
  '⅔': '\\frac23 ',
  '⅕': '\\frac15 ',
  '⅖': '\\frac25 ',
  '⅗': '\\frac35 ',
  '⅘': '\\frac45 ',
  '⅙': '\\frac16 ',
  '⅚': '\\frac56 ',
  '⅐': '\\frac17 ',
  '⅛': '\\frac18 ',
  '⅜': '\\frac38 ',
  '⅝': '\\frac58 ',
  '⅞': '\\frac78 ',
  '⅑': '\\frac19 ',
  '⅒': '\\frac{1}{10} ',
  '∪': '\\cup ',
  '∩': '\\cap ',
  '∈': '\\in ',
  '∅': '\\emptyset ',
  ℝ: '\\mathbb{R}',
  '\u00a0': ' ',
  '\u2009': ' ',
  '∖': '\\setminus ',
  '’': "'",
  '“': '"',
  '”': '"',
}
/** `√12` is no √1 times 2. */
const rootOfDigits = /(?:√|(?<![\\A-Za-z])sqrt)\s*(\d+(?:\.\d+)?)/g
const unicodePattern = new RegExp(`[${Object.keys(unicode).join('')}]`, 'g')

/** Commands that a doubled backslash may stand before by mistake; in a matrix `\\\\` ends a row. */
const doubled =
  'd?frac|tfrac|left|right|sqrt|text|pi|cdot|times|infty|cup|cap|pm|boxed|le|ge|ne|leq|geq|neq|begin|end|circ|binom|log|ln|sin|cos|tan|in'
const plainNames = /(?<![\\A-Za-z])(sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|ln|log|exp|pi|infty|infinity|oo|theta)(?![A-Za-z])/g
const sameMeaning: [RegExp, string][] = [
  [/\\{4}/g, '\\\\'],
  [new RegExp(`(?<!\\\\)\\\\\\\\(?=(?:${doubled})(?![A-Za-z]))`, 'g'), '\\'],
  [/(\d)(?:\{,\}|,\s*\\!|\\[!,])\s*(?=\d{3}(?!\d))/g, '$1'],
  [/\\(?:left|right|bigl?|bigr?|Bigl?|Bigr?|biggl?|biggr?)(?![A-Za-z])\.?/g, ''],
  [/\\(?:displaystyle|textstyle|limits|nolimits|hfill|break|newline|allowbreak)(?![A-Za-z])/g, ' '],
  [/\\q?quad|(?<!\\)\\[!,;:> ]|~|\\hspace\{[^}]*\}|\\phantom\{[^}]*\}/g, ' '],
  [/\\[dtc]frac(?![A-Za-z])/g, '\\frac'],
  [/\\[dt]binom(?![A-Za-z])/g, '\\binom'],
  [/\\lt(?![A-Za-z])/g, '<'],
  [/\\gt(?![A-Za-z])/g, '>'],
  [/\\(?:leq|leqslant|leqq)(?![A-Za-z])|<=/g, '\\le '],
  [/\\(?:geq|geqslant|geqq)(?![A-Za-z])|>=/g, '\\ge '],
  [/\\(?:neq|not\s*=)(?![A-Za-z])|!=/g, '\\ne '],
  [/\\(?:lbrace|\{)(?![A-Za-z])/g, '\\{'],
  [/\\(?:rbrace|\})(?![A-Za-z])/g, '\\}'],
  [/\\(?:lvert|rvert|vert|mid)(?![A-Za-z])/g, '|'],
  [/\\(?:ldots|dots|cdots|dotsc|dotsb)(?![A-Za-z])/g, '\\ldots '],
  [/\^\{?\\circ\}?|\\degree(?![A-Za-z])|\\textdegree(?![A-Za-z])/g, '^\\circ '],
  [/\\(?:emptyset|varnothing)(?![A-Za-z])|\\\{\s*\\\}/g, '\\emptyset '],
  [/\\(?:setminus|backslash)(?![A-Za-z])/g, '\\setminus '],
  [/\\operatorname\*?\{(sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|ln|log|exp|gcd|max|min)\}/g, '\\$1 '],
  [/\\(?:mathrm|mathbf|boldsymbol|mathit|bm|rm)\{([A-Za-z])\}/g, '$1'],
  [/\\(?:mathrm|textnormal|textbf|textit|textrm|texttt|mbox|mathbf|mathit|operatorname(?!\{lcm\})|textsf|emph)\s*(?=\{)/g, '\\text'],
  [/([\^_])(\d\d+)(?!\d*\})/g, '$1{$2}'],
  [/\^\s*-\s*(\d+)/g, '^{-$1}'],
  [/(?<=\d)\s*[xX]\s*(?=10\s*(?:\^|\*\*))/g, '\\times '],
  [/(?<=\d)\s+plus\s+(?=\d)/gi, '+'],
  [/(?<=\d)\s+minus\s+(?=\d)/gi, '-'],
  [/(?<=\d)\s+(?:times|multiplied by)\s+(?=\d)/gi, '\\cdot '],
  [/(?<=\d)\s+divided by\s+(?=\d)/gi, '/'],
  [/\*\*/g, '^'],
  [/(?<!\^)\*(?!\*)/g, '\\cdot '],
]

/**
 * One spelling for what LaTeX, Unicode and plain text write in several ways: spacing, sizes, fonts, relation signs, thousands separators
 * that cannot be commas of a list, `sqrt(x)`, `x^(n)`. Never changes the meaning.
 */
export function tidy(text: string): string {
  if (text !== last.text) last = { text, tidied: tidyOnce(text) }
  return last.tidied
}
/** The same text is often asked for again at once. */
let last = { text: '', tidied: '' }

function tidyOnce(text: string): string {
  let tidied = mendEscapes(text)
    .replace(rootOfDigits, '\\sqrt{$1}')
    .replace(unicodePattern, (character) => unicode[character] as string)
  for (const [pattern, replacement] of sameMeaning) tidied = tidied.replace(pattern, replacement)
  tidied = bracesForParentheses(tidied, /(?<![A-Za-z])\\?sqrt\s*(?=\()/g, '\\sqrt')
  tidied = bracesForParentheses(tidied, /\^\s*(?=\()/g, '^')
  const command = (name: string) => (name === 'infinity' || name === 'oo' ? '\\infty ' : `\\${name} `)
  return tidied.replace(plainNames, command).replace(/\s+/g, ' ').trim()
}

/** `sqrt(x+1)` -> `\sqrt{x+1}`, `x^(n+1)` -> `x^{n+1}`. */
function bracesForParentheses(text: string, before: RegExp, command: string): string {
  let result = text
  for (const match of [...text.matchAll(before)].reverse()) {
    const open = match.index + match[0].length
    const close = closingBracket(result, open)
    if (close < 0 || result[close] !== ')') continue
    result = `${result.slice(0, match.index)}${command}{${result.slice(open + 1, close)}}${result.slice(close + 1)}`
  }
  return result
}

/** The text without fonts, spaces (but those that part numbers) and text commands: equal strings mean equal answers. */
export function bare(tidied: string): string {
  return replaceCommand(tidied, /\\text\{/g, (content) => content).replace(/(?<!\d|\d,) +| +(?!\d)|(?<=\d,) +(?!\d{3}(?!\d))/g, '')
}

/** The words of a text answer: lower case, no markup, brackets or punctuation. */
export function words(tidied: string): string {
  return replaceCommand(tidied, /\\text\{/g, (content) => content)
    .replace(/\\[ ,;!]|[()[\]{}.,:;"'`$*]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase()
}
