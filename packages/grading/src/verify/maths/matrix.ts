import { contains, literal, operands, operator, type Node } from './node.ts'

export type Matrix = readonly (readonly Node[])[]

export const hasMatrix = (node: Node) => contains(node, (part) => operator(part) === 'Matrix')

/** The entries of a matrix expression (literals, sums, products, multiples, whole powers, transposes), or null; nothing is simplified. */
export function matrixOf(node: Node): Matrix | null {
  if (!hasMatrix(node)) return null
  const children = operands(node)
  const [first, second] = children as [Node, Node]
  switch (operator(node)) {
    case 'Matrix': {
      const rows = operands(first).map((row) => (operator(row) === 'List' ? operands(row) : [row]))
      return rows.length > 0 && rows.every((row) => row.length === rows[0]?.length) ? rows : null
    }
    case 'Delimiter':
      return matrixOf(first)
    case 'Negate':
      return scaled(-1, matrixOf(first))
    case 'Divide': {
      const matrix = matrixOf(first)
      return matrix && matrix.map((row) => row.map((entry) => ['Divide', entry, second] as Node))
    }
    case 'Transpose':
      return transposed(matrixOf(first))
    case 'Power': {
      const matrix = matrixOf(first)
      if (matrix && second === 'T') return transposed(matrix)
      const exponent = Number(literal(second) ?? NaN)
      if (!matrix || !Number.isInteger(exponent) || exponent < 1 || exponent > 8) return null
      let result: Matrix | null = matrix
      for (let i = 1; i < exponent; i++) result = result && multiplied(result, matrix)
      return result
    }
    case 'Add':
    case 'Subtract': {
      const terms = children.map(matrixOf)
      if (terms.some((term) => !term || term.length !== terms[0]?.length || term[0]?.length !== terms[0]?.[0]?.length)) return null
      const entry = (i: number, j: number): Node => [operator(node) as string, ...terms.map((term) => term?.[i]?.[j] as Node)]
      return (terms[0] as Matrix).map((row, i) => row.map((_, j) => entry(i, j)))
    }
    case 'Multiply':
    case 'InvisibleOperator':
      return children.reduce<Matrix | Node | null>((left, factor) => {
        if (left === null) return null
        const right = hasMatrix(factor) ? matrixOf(factor) : factor
        const leftMatrix = Array.isArray(left) && Array.isArray(left[0]) ? (left as Matrix) : null
        if (right === null) return null
        if (right !== factor) return leftMatrix ? multiplied(leftMatrix, right as Matrix) : scaled(left as Node, right as Matrix)
        return leftMatrix ? scaled(factor, leftMatrix) : (['Multiply', left as Node, factor] as Node)
      }, 1) as Matrix | null
    default:
      return null
  }
}

const scaled = (factor: Node, matrix: Matrix | null): Matrix | null =>
  matrix && matrix.map((row) => row.map((entry): Node => ['Multiply', factor, entry]))

const transposed = (matrix: Matrix | null): Matrix | null => matrix && (matrix[0] ?? []).map((_, j) => matrix.map((row) => row[j] as Node))

function multiplied(a: Matrix, b: Matrix): Matrix | null {
  if (a[0]?.length !== b.length || a.length * b.length > 64) return null
  const entry = (row: readonly Node[], j: number): Node => ['Add', 0, ...row.map((left, k): Node => ['Multiply', left, b[k]?.[j] as Node])]
  return a.map((row) => (b[0] ?? []).map((_, j) => entry(row, j)))
}
