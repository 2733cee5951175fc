import type { SchemaElement, SchemaTree } from 'hyparquet'

/** Bytes that are no UTF-8. */
export class Bytes {
  readonly length: number
  constructor(length: number) {
    this.length = length
  }
}
/** Where a value stands that cannot be read. */
export class BadText extends Error {}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
export const textOf = (bytes: Uint8Array | undefined): string | Bytes | undefined => {
  try {
    return bytes && decoder.decode(bytes)
  } catch {
    return new Bytes((bytes as Uint8Array).length)
  }
}

/**
 * A column's value as JSON can hold it, by the column's type: 64-bit integers a double cannot hold and decimals as their digits, 32-bit floats as they were written, dates as dates, bytes that are no text as
 * their count. Text that is no UTF-8 throws BadText with the column.
 */
export function plainValue(value: unknown, tree: SchemaTree): unknown {
  if (value === null || value === undefined) return null
  const { element, children } = tree
  if (children.length === 0) return plainLeaf(value, element, tree.path.join('.'))
  if (Array.isArray(value)) {
    const item = children.length === 1 && children[0]?.element.repetition_type === 'REPEATED' ? listItem(children[0]) : tree
    return value.map((member) => plainValue(member, item))
  }
  if (typeof value !== 'object') return plainLeaf(value, element, tree.path.join('.'))
  const entry = isMap(element) ? children[0] : undefined
  const byName = new Map(children.map((child) => [child.element.name, child]))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const child = entry ? entry.children[1] : byName.get(name)
      return [name, child ? plainValue(member, child) : plainLeaf(member, {} as SchemaElement, name)]
    }),
  )
}

const isMap = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type === 'MAP' || converted_type === 'MAP_KEY_VALUE' || logical_type?.type === 'MAP'
/** `list.element` of three levels; older writers repeat the element itself. */
const listItem = (repeated: SchemaTree): SchemaTree =>
  repeated.children.length === 1 && /^(?:list|bag|array)$/.test(repeated.element.name) ? (repeated.children[0] as SchemaTree) : repeated

function plainLeaf(value: unknown, element: SchemaElement, column: string): unknown {
  if (value instanceof Bytes) {
    if (element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING')
      throw new BadText(`column ${column}: ${value.length} bytes that are no UTF-8`)
    return { bytes: value.length }
  }
  if (isDecimal(element)) return decimalText(value, element.scale ?? 0)
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return element.type === 'FLOAT' ? shortestFloat(value) : Number.isFinite(value) ? value : null
  if (value instanceof Date) return element.converted_type === 'DATE' ? value.toISOString().slice(0, 10) : value.toISOString()
  if (ArrayBuffer.isView(value)) return { bytes: value.byteLength }
  if (Array.isArray(value)) return value.map((member) => plainLeaf(member, element, column))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainLeaf(member, element, column)]))
  return value
}

export const isDecimal = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL'

/** From the unscaled value: an integer, or its bytes in two's complement, the largest first. */
function decimalText(value: unknown, scale: number): string | null {
  const whole = ArrayBuffer.isView(value) ? fromBytes(value as Uint8Array) : BigInt(value as number | bigint)
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  const text = scale > 0 ? `${digits.slice(0, -scale)}.${digits.slice(-scale)}` : digits
  return whole < 0n ? `-${text}` : text
}
function fromBytes(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = value * 256n + BigInt(byte)
  return BigInt.asIntN(bytes.length * 8, value)
}

/** The shortest decimal that is this 32-bit float: 0.1, not 0.10000000149011612. */
function shortestFloat(value: number): number | null {
  if (!Number.isFinite(value)) return null
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}
