/** An expression as MathJSON: a number, a symbol or a quoted text, or an operator with its operands. */
export type Node = number | string | { readonly num: string } | readonly [string, ...Node[]]

export const isCall = (node: Node): node is readonly [string, ...Node[]] => Array.isArray(node)
export const operator = (node: Node): string | null => (isCall(node) ? node[0] : null)
export const operands = (node: Node): readonly Node[] => (isCall(node) ? (node.slice(1) as unknown as readonly Node[]) : [])

const infinities = ['PositiveInfinity', 'NegativeInfinity', 'ComplexInfinity']
const constants = new Set(['Pi', 'ExponentialE', 'e', 'ImaginaryUnit', 'i', 'GoldenRatio', 'Nothing', ...infinities])
export const isSymbol = (node: Node): node is string => typeof node === 'string' && !node.startsWith("'")

/** The free symbols of an expression; constants, names of functions and the indices of sums are none. */
export function symbols(node: Node, found = new Set<string>()): Set<string> {
  if (isSymbol(node) && !constants.has(node)) found.add(node)
  const [body, range] = operands(node)
  if ((operator(node) === 'Sum' || operator(node) === 'Product') && body !== undefined && range !== undefined && isCall(range)) {
    const [index, ...bounds] = operands(range)
    for (const name of symbols(body)) if (name !== index) found.add(name)
    for (const bound of bounds) symbols(bound, found)
    return found
  }
  for (const child of functionName(node) === null ? operands(node) : operands(node).slice(1)) symbols(child, found)
  return found
}

export const contains = (node: Node, wanted: (part: Node) => boolean): boolean =>
  wanted(node) || operands(node).some((child) => contains(child, wanted))

/** Whether the parser gave up on a part of it. */
export const isBroken = (node: Node) => contains(node, (part) => operator(part) === 'Error' || part === 'Nothing' || part === 'Undefined')

/** The number a node writes out, as decimal text; null for anything else. */
export function literal(node: Node): string | null {
  if (typeof node === 'number') return String(node)
  return typeof node === 'object' && 'num' in node ? node.num : null
}

/**
 * Mixed numbers as sums, wherever they stand: the parser takes `3\frac{1}{2}` for a product, and `-2\frac13` for one with -2. A whole
 * number before a proper fraction of whole numbers is a mixed number, and its sign is that of all of it.
 */
export function withMixedNumbers(node: Node): Node {
  if (!isCall(node)) return node
  const children = operands(node).map(withMixedNumbers)
  const [whole, part, ...rest] = children as [Node, Node, ...Node[]]
  if (node[0] !== 'InvisibleOperator' || children.length < 2 || !isProperFraction(part)) return [node[0], ...children]
  const isNegative = operator(whole) === 'Negate'
  const count = isNegative ? (operands(whole)[0] as Node) : whole
  if (!isCount(count)) return [node[0], ...children]
  const absolute = typeof count === 'number' ? Math.abs(count) : count
  const sum: Node = ['Add', absolute, part]
  const value: Node = isNegative || (typeof count === 'number' && count < 0) ? ['Negate', sum] : sum
  return rest.length === 0 ? value : [node[0], ['Delimiter', value], ...rest]
}

const isCount = (node: Node) => /^-?\d+$/.test(literal(node) ?? '')
function isProperFraction(node: Node): boolean {
  if (operator(node) !== 'Divide' && operator(node) !== 'Rational') return false
  const [n, d] = operands(node).map((part) => literal(part) ?? '') as [string, string]
  return /^\d+$/.test(n) && /^\d+$/.test(d) && BigInt(n) < BigInt(d)
}

/** The parser reads `f(x)` as a product; after the usual names of functions it is taken as the function's value. */
export function functionName(node: Node): string | null {
  const [name, argument] = operands(node)
  const applies = operator(node) === 'InvisibleOperator' && operands(node).length === 2 && operator(argument as Node) === 'Delimiter'
  return applies && typeof name === 'string' && /^[fghFGHPQWT](_\w+)?$/.test(name) ? name : null
}
