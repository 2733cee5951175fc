/** A vector scaled to unit length; one without direction becomes the first axis, which is near nothing. */
export function unit(vector: ArrayLike<number>): Float32Array {
  let length = 0
  for (let i = 0; i < vector.length; i++) length += (vector[i] as number) ** 2
  const scaled = Float32Array.from(vector, (value) => value / Math.sqrt(length))
  if (length > 0 && Number.isFinite(length)) return scaled
  return Float32Array.from(vector, (_, place) => (place === 0 ? 1 : 0))
}
