/** What an attack may aim at: a file of the host's with a secret in it, a listening port, the process that grades. */
export type Target = { file: string; secret: string; port: number; pid: number }

/** A program that tries to pass without solving the task (`f` squares its argument), or to do harm. */
export type Attack = { name: string; source: (target: Target) => string }
export const attack = (name: string, source: Attack['source']): Attack => ({ name, source })

/** The tests that attacks meet. */
export const squareTests = {
  python: [
    'assert f(3) == 9',
    'assert f(-12) == 144',
    'for n in range(40, 60):\n    assert f(n) == n * n',
    'for got, wanted in zip(map(f, [5, 6, 7]), [25, 36, 49]):\n    assert got == wanted',
    'for got in map(f, [8]):\n    assert got == 64',
  ],
  javascript: [
    'equal(f(3), 9)',
    'equal(f(-12), 144)',
    'for (let n = 40; n < 60; n++) equal(f(n), n * n)',
    'equal([5, 6].map((n) => f(n)), [25, 36])',
  ],
}
export const honest = { python: 'def f(x):\n    return x * x\n', javascript: 'function f(x) {\n  return x * x\n}\n' }

/** Source text, indented as one likes, with values of the target put in as literals, which are the same in both languages. */
export function source(strings: TemplateStringsArray, ...values: (string | number)[]): string {
  const text = strings.raw.map((part, i) => part + (i < values.length ? JSON.stringify(values[i]) : '')).join('')
  const indents = text
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => line.length - line.trimStart().length)
  return text.replace(new RegExp(`^ {${Math.min(...indents)}}`, 'gm'), '').trim()
}

/** Each line for itself, whatever becomes of the others, and then a wrong answer. */
export const python = (strings: TemplateStringsArray, ...values: (string | number)[]): string =>
  source(strings, ...values)
    .split('\n')
    .map((line) => `try:\n    ${line}\nexcept BaseException: pass\n`)
    .join('') + 'def f(x): return -1\n'
export const javascript = (strings: TemplateStringsArray, ...values: (string | number)[]): string =>
  source(strings, ...values)
    .split('\n')
    .map((line) => `try { ${line} } catch {}\n`)
    .join('') + 'function f(x) { return -1 }\n'
