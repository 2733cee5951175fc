/* oxlint-disable no-unused-vars -- one of three parts that are put together as one function body */
// The language of values that judge.js and program.js share; put in front of either, inside QuickJS. `receiveLine` and `sendLine` come
// from the cell.
// JSON's own values cross as themselves, the others as an object with one key that names the kind; functions, symbols and objects of
// other classes cross as an opaque mark which equals nothing.
const { encode, decode, receive, send } = (({ parse, stringify }) => {
  const encode = (value) => {
    if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (Object.is(value, -0)) return { number: '-0' }
    if (typeof value === 'number') return Number.isFinite(value) ? value : { number: String(value) }
    if (typeof value === 'bigint') return { bigint: String(value) }
    if (value === undefined) return { undefined: 0 }
    if (typeof value !== 'object') return { opaque: typeof value }
    if (Array.isArray(value)) return Array.from(value, encode)
    if (value instanceof Map) return { map: Array.from(value, ([key, item]) => [encode(key), encode(item)]) }
    if (value instanceof Set) return { set: Array.from(value, encode) }
    if (value instanceof Date) return { date: value.getTime() }
    if (![Object.prototype, null].includes(Object.getPrototypeOf(value))) return { opaque: 'object' }
    return { object: Object.keys(value).map((key) => [key, encode(value[key])]) }
  }
  const decode = (value) => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(decode)
    const [kind] = Object.keys(value)
    const content = value[kind]
    if (kind === 'number') return Number(content)
    if (kind === 'bigint') return BigInt(content)
    if (kind === 'map') return new Map(content.map(([key, item]) => [decode(key), decode(item)]))
    if (kind === 'set') return new Set(content.map(decode))
    if (kind === 'date') return new Date(content)
    if (kind === 'object') return Object.fromEntries(content.map(([key, item]) => [key, decode(item)]))
    return kind === 'undefined' ? undefined : Symbol(kind)
  }
  return { encode, decode, receive: () => parse(receiveLine()), send: (message) => sendLine(stringify(message)) }
})(JSON)
