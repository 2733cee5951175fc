import { ComputeEngine } from '@cortex-js/compute-engine'
import { withMixedNumbers, type Node } from './node.ts'
import { parsePlain } from './parse-plain.ts'

let engine: ComputeEngine | undefined
const theEngine = () => (engine ??= new ComputeEngine())
const remembered = new Map<string, Node>()

/** Parses LaTeX to MathJSON as written, nothing evaluated or put in order but mixed numbers. Only for workers: the engine takes long to load and may hang. */
export function parseLatex(latex: string): Node {
  let node = remembered.get(latex)
  if (node === undefined) {
    node = withMixedNumbers(parsePlain(latex) ?? (theEngine().parse(latex, { form: 'raw' } as object).json as Node))
    if (remembered.size > 500) remembered.clear()
    remembered.set(latex, node)
  }
  return node
}
