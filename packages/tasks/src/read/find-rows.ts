type Row = Record<string, unknown>

const isRow = (value: unknown): value is Row => value !== null && typeof value === 'object' && !Array.isArray(value)
const isList = (value: unknown): value is unknown[] => Array.isArray(value)
const splits = /^(train|training|test|testing|valid|validation|val|dev|eval)$/i

/**
 * The rows of one JSON value, however a program laid them out: a list of rows or of lists; an object with one list of rows (`data`, `examples`) or one for each split; columns (lists, or objects by row, as
 * pandas writes them) or `{ columns, data }`; rows by their id; SQuAD's paragraphs with questions. Null where it holds no rows that can be told without guessing.
 */
export function findRows(value: unknown): unknown[] | null {
  if (isList(value)) return value.every(isRow) ? value.flatMap(unfoldParagraphs) : (ofLists(value) ?? value)
  if (!isRow(value)) return null
  const { columns, data } = value
  if (isList(columns) && isList(data)) return ofLists([columns, ...data])
  const entries = Object.entries(value)
  const lists = entries.filter(([, member]) => isList(member) && member.some(isRow)) as [string, unknown[]][]
  if (lists.length > 1 && lists.every(([name]) => splits.test(name)))
    return lists.flatMap(([split, rows]) => rows.map((row) => (isRow(row) ? { ...row, split } : row)))
  if (lists.length === 1) return (lists[0] as [string, unknown[]])[1].flatMap(unfoldParagraphs)
  if (lists.length > 1 || entries.length < 2) return null
  return ofColumns(entries) ?? byId(entries)
}

/** Lists of cells: the first is the header where it holds names; two cells without one are question and answer. */
function ofLists(lists: readonly unknown[]): Row[] | null {
  const [head] = lists
  const width = isList(head) ? head.length : 0
  if (!isList(head) || width < 2 || !lists.every((row) => isList(row) && row.length === width)) return null
  const names =
    head.every((name) => typeof name === 'string' && /^[\p{L}_][\p{L}\p{N}_ -]{0,39}$/u.test(name.trim())) && new Set(head).size === width
  const named = names ? (head as string[]) : width === 2 ? ['question', 'answer'] : null
  return named && (lists.slice(names ? 1 : 0) as unknown[][]).map((row) => Object.fromEntries(named.map((name, at) => [name, row[at]])))
}

/** Columns of one length: lists, or objects with the same numbers as keys. */
function ofColumns(entries: readonly [string, unknown][]): Row[] | null {
  const keysOf = (column: unknown) => (isList(column) ? column.map((_, at) => String(at)) : isRow(column) ? Object.keys(column) : [])
  const keys = keysOf(entries[0]?.[1])
  if (keys.length < 2 || !keys.every((key) => /^\d+$/.test(key))) return null
  if (!entries.every(([, column]) => keysOf(column).join() === keys.join())) return null
  return keys.map((key) => Object.fromEntries(entries.map(([name, column]) => [name, (column as Row)[key]])))
}

/** Rows of the same fields by a name of each. */
function byId(entries: readonly [string, unknown][]): Row[] | null {
  const fields = isRow(entries[0]?.[1]) ? Object.keys(entries[0][1]) : []
  if (fields.length < 2 || !entries.every(([, row]) => isRow(row) && fields.every((field) => field in row))) return null
  return entries.map(([id, row]) => ({ id, ...(row as Row) }))
}

/** SQuAD's articles: one row for each question of each paragraph. */
function unfoldParagraphs(row: unknown): unknown[] {
  const paragraphs = isRow(row) && isList(row['paragraphs']) ? row['paragraphs'] : null
  if (!paragraphs?.every((each) => isRow(each) && isList(each['qas']))) return [row]
  return (paragraphs as Row[]).flatMap(({ context, qas }) =>
    (qas as unknown[]).map((asked) => (isRow(asked) ? { context, ...asked } : asked)),
  )
}
