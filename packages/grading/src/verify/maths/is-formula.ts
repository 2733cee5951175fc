const delimited = /^\s*(?:\$[^$]+\$|\$\$[^$]+\$\$|\\\([\s\S]+\\\)|\\\[[\s\S]+\\\])\s*\.?\s*$/
const amount = /^\s*\$?[-+]?\\?\$?[\d,.]+\s*\\?%?\s*$/
const textCommands = /\\(?:text(?:normal|bf|rm|it)?|mbox|mathrm)\s*\{[^{}]*\}|\\(?:begin|end)\{[a-z]+\}/g
const mathsWords = /(?<![A-Za-z])(?:and|or|sqrt|sin|cos|tan|log|ln|pi|infinity|exp|arc(?:sin|cos|tan)|percent|percentage|pct|oo)(?![a-z])/g
const measuredNumber = /^\s*[-+]?[\d.,]*\d(?:\s*\/\s*\d+)?\s*[a-z]{1,12}(?:\s*\^?\d)?\s*\.?\s*$/i

/** Letters of scripts that formulas are not written in. */
const foreign = /[\u0400-\u1fff\u3040-\u318f\u3400-\ud7ff]/

/**
 * Whether the text is a bare formula: one formula in delimiters, or no words but those of mathematics, joints, and a unit after a number.
 */
export function isFormula(text: string): boolean {
  if (/[^\x00-\u03ff]/.test(text) && foreign.test(text)) return false
  if (/(?<!\\)\$|\\[([]|\n\s*\n/.test(text) && !delimited.test(text)) return amount.test(text)
  const rest = text
    .replace(textCommands, ' ')
    .replace(/\\[A-Za-z]+/g, ' ')
    .replace(mathsWords, ' ')
    .replace(measuredNumber, ' ')
  const hasWords = /[A-Za-z]{3,}|[A-Za-z]{2,}\s+[A-Za-z]{2,}/.test(rest)
  const isCode = /[A-Za-z]/.test(rest) && /(?<![A-Za-z])[A-Z]{2,}\d/.test(text) // `AZYUK2A`
  return /[\d\\A-Za-z]/.test(text) && !hasWords && !isCode
}
