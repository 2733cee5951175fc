import type { Written } from '../number/written.ts'

/** An answer taken apart. Leaves hold tidied LaTeX; what they mean is settled when two of them are compared. */
export type Answer =
  | { kind: 'text'; text: string }
  | Leaf
  /** Several answers: in no order, joined by commas, "and" or "or". */
  | { kind: 'list'; items: Answer[]; joint: Joint }
  | { kind: 'set'; items: Answer[] }
  | Tuple
  | { kind: 'union'; parts: Answer[] }
  | { kind: 'ratio'; terms: Answer[]; text: string }
  | Relation

/** One expression: `unit` where it is a known one, `written` where it is a plain number or a fraction of two. */
export type Leaf = { kind: 'expression'; latex: string; unit: string | null; percent: boolean; written: Written | null }
/** In round or square brackets: a tuple, a point, or an interval. */
export type Tuple = { kind: 'tuple'; items: Answer[]; open: string; close: string }
/** `a = b = c`, `1 < x \le 3`: sides and the relation signs between them. */
export type Relation = { kind: 'relation'; sides: string[]; signs: Sign[] }
export type Sign = '=' | '<' | '>' | '\\le' | '\\ge' | '\\ne' | '\\approx' | '\\equiv'
export type Joint = 'comma' | 'and' | 'or'
