import { ComputeEngine } from '@cortex-js/compute-engine'
import { isCall, operands, type Node } from './node.ts'

let engine: ComputeEngine | undefined
const theEngine = () => (engine ??= new ComputeEngine())
const remembered = new Map<string, Node>()

/** Parses LaTeX to MathJSON as written, nothing evaluated or put in order. Only for workers: the engine takes long to load and may hang. */
export function parseLatex(latex: string): Node {
  let node = remembered.get(latex)
  if (node === undefined) {
    node = theEngine().parse(latex, { form: 'raw' } as object).json as Node
    if (remembered.size > 500) remembered.clear()
    remembered.set(latex, node)
  }
  return node
}

/** The engine's own verdict on two constants at 60 digits: relative difference below 1e-40. Null where it cannot tell. */
export function sameToSixtyDigits(a: Node, b: Node): boolean | null {
  const engine = theEngine()
  engine.precision = 60
  try {
    const [x, y] = [a, b].map((node) => engine.box(inRadians(node) as never).N())
    const size = (value: unknown) => Number(engine.box(['Abs', value] as never).N().re)
    const [gap, scale] = [size(['Subtract', x, y]), Math.max(size(x), size(y))]
    return Number.isNaN(gap) || Number.isNaN(scale) ? null : gap <= 1e-40 * scale
  } catch {
    return null // it stumbles over some products of fractions and i
  } finally {
    engine.precision = 21
  }
}

/** The engine's own verdict where sampling cannot help: the same expression after simplification. */
export function sameSimplified(a: Node, b: Node): boolean {
  const [x, y] = [a, b].map((node) =>
    theEngine()
      .box(node as never)
      .simplify(),
  )
  return x !== undefined && y !== undefined && x.isSame(y)
}

/** Degrees written out, since the engine converts them in doubles. */
function inRadians(node: Node): Node {
  if (!isCall(node)) return node
  const [first, ...rest] = operands(node).map(inRadians)
  return node[0] === 'Degrees' ? ['Divide', ['Multiply', first as Node, 'Pi'], 180] : ([node[0], first, ...rest] as Node)
}
