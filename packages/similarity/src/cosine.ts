/** Inner product of two vectors of one length: the cosine where both are unit vectors. */
export function cosine(a: Float32Array | readonly number[], b: Float32Array | readonly number[]): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number)
  return sum
}
