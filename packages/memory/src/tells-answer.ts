/** SKELETON: whole-number answers written plainly; replaced by the full rule. */
export function tellsAnswer(text: string, answer: string): boolean {
  const plain = answer.trim()
  if (!/^-?\d+(\.\d+)?$/.test(plain)) return false
  return [...text.matchAll(/-?\d[\d,]*(?:\.\d+)?/g)].some(([number]) => Number(number.replaceAll(',', '')) === Number(plain))
}
