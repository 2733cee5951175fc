/** An expression as MathJSON: a number, a symbol or a quoted text, or an operator with its operands. */
export type Node = number | string | { readonly num: string } | readonly [string, ...Node[]]

export const isCall = (node: Node): node is readonly [string, ...Node[]] => Array.isArray(node)
export const operator = (node: Node): string | null => (isCall(node) ? node[0] : null)
export const operands = (node: Node): readonly Node[] => (isCall(node) ? (node.slice(1) as unknown as readonly Node[]) : [])

const infinities = ['PositiveInfinity', 'NegativeInfinity', 'ComplexInfinity']
const constants = new Set(['Pi', 'ExponentialE', 'e', 'ImaginaryUnit', 'i', 'GoldenRatio', 'Nothing', ...infinities])
export const isSymbol = (node: Node): node is string => typeof node === 'string' && !node.startsWith("'")

/** The free symbols of an expression, the constants left out. */
export function symbols(node: Node, found = new Set<string>()): Set<string> {
  if (isSymbol(node) && !constants.has(node)) found.add(node)
  for (const child of operands(node)) symbols(child, found)
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

/** Whether a product written without a sign is a mixed number: `3\frac{1}{2}` with a proper fraction is 3 + 1/2. */
export function isMixedNumber(node: Node): boolean {
  if (operator(node) !== 'InvisibleOperator' || operands(node).length !== 2) return false
  const [whole, part] = operands(node) as [Node, Node]
  if (operator(part) !== 'Divide' && operator(part) !== 'Rational') return false
  const [n, d] = operands(part) as [Node, Node]
  return [whole, n, d].every((x) => /^\d+$/.test(literal(x) ?? '')) && Number(literal(n)) < Number(literal(d))
}

/** The parser reads `f(x)` as a product; after the usual names of functions it is taken as the function's value. */
export function functionName(node: Node): string | null {
  const [name, argument] = operands(node)
  const applies = operator(node) === 'InvisibleOperator' && operands(node).length === 2 && operator(argument as Node) === 'Delimiter'
  return applies && typeof name === 'string' && /^[fghFGHPQWT](_\w+)?$/.test(name) ? name : null
}
