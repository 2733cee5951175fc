import { normalizeText } from '@whetstone/similarity'

const equation = /[-+(]?[\d.(][\d.,()\s+\-*/^%]*=\s*[-+]?[\d.,/]+/g

/**
 * What a solution does, whatever its words: the equations that it writes down, in their order (RFT, arXiv 2308.01825, calls solutions with equal
 * equation lists one). A text without equations is its own signature, evened out.
 */
export function solutionSignature(text: string): string {
  const plain = normalizeText(text).replaceAll(/[×·]/g, '*').replaceAll('÷', '/').replaceAll(/[$,]/g, '')
  const equations = plain.match(equation)
  return equations === null ? plain : equations.map((each) => each.replace(/\s+/g, '').replace(/\.$/, '')).join('|')
}
