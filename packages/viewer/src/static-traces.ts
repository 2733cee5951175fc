/**
 * The page of a static export that shows traces: a list of a hundred at a time with search and filters, and one trace whole. The traces lie beside it as scripts that hold gzipped JSON lines in base64,
 * since a page that is opened from a disk may load scripts but no files. What they say is put in as text, never as markup.
 */
export const staticTracesScript = `
const places = JSON.parse(document.getElementById('files').textContent)
const parts = new Map()
globalThis.part = (name, packed) => parts.set(name, packed)
const load = (file) => new Promise((resolve, reject) => {
  const script = document.createElement('script')
  script.src = file
  script.onload = resolve
  script.onerror = () => reject(new Error(file + ' is missing beside this page'))
  document.head.append(script)
})
const rowsOf = async (name) => {
  const place = places.find((each) => each.name === name)
  const rows = []
  for (const file of place.parts) {
    if (!parts.has(file)) await load(file)
    const bytes = Uint8Array.from(atob(parts.get(file)), (character) => character.charCodeAt(0))
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
    for (const line of text.split('\\n')) if (line) rows.push(JSON.parse(line))
  }
  return rows
}
const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), text === undefined ? {} : { textContent: text }, more)
const main = document.getElementById('traces')
const form = document.getElementById('filter')
const wanted = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
const go = (more) => { location.hash = new URLSearchParams({ ...wanted(), ...more }).toString() }
form.addEventListener('submit', (event) => {
  event.preventDefault()
  go({ file: form.file.value, passed: form.passed.value, find: form.find.value, from: '0', id: '' })
})
async function show() {
  const { file = places[0].name, passed = '', find = '', from = '0', id = '' } = wanted()
  form.file.value = file; form.passed.value = passed; form.find.value = find
  main.replaceChildren(make('p', 'Reading …'))
  let rows
  try { rows = await rowsOf(file) } catch (error) { main.replaceChildren(make('p', error.message)); return }
  if (id) {
    const row = rows.find((each) => each.id === id)
    const back = make('p'); back.append(make('a', 'back to the list', { href: '#' + new URLSearchParams({ ...wanted(), id: '' }) }))
    if (!row) return main.replaceChildren(back, make('p', 'no such trace'))
    const parts = [back, make('h2', row.task), make('p', (row.passed ? 'passed: ' : 'failed: ') + row.reason, { className: 'verdict ' + (row.passed ? 'good' : 'bad') })]
    parts.push(make('h3', 'Asked'), make('pre', row.prompt))
    if (row.reference) parts.push(make('h3', 'Right'), make('pre', row.reference))
    if (row.thinking) parts.push(make('h3', 'Thinking'), make('pre', row.thinking))
    parts.push(make('h3', 'Answer'), make('pre', row.answer), make('p', row.level + ', sample ' + row.sample + ', seed ' + row.seed + ', ' + row.tokens + ' tokens, memories shown: ' + (row.memories || 'none')))
    return main.replaceChildren(...parts)
  }
  const words = find.toLowerCase()
  const found = rows.filter((row) => (!passed || String(row.passed) === passed) && (!words || [row.id, row.task, row.prompt, row.answer, row.reason].some((text) => text.toLowerCase().includes(words))))
  const first = Number(from)
  const table = make('table'); const head = make('tr'); const top = make('thead'); const body = make('tbody')
  for (const title of ['task', 'level', 'verdict', 'asked', 'right', 'answer', 'reason']) head.append(make('th', title, { scope: 'col' }))
  top.append(head)
  table.append(top, body)
  const text = (words) => make('td', words, { className: words.length <= 24 ? 'short' : words.length > 60 ? 'long' : '' })
  for (const row of found.slice(first, first + 100)) {
    const line = make('tr'); const cell = make('td')
    cell.append(make('a', row.task, { href: '#' + new URLSearchParams({ ...wanted(), file, id: row.id }) }))
    const verdict = make('td'); verdict.append(make('span', row.passed ? 'passed' : 'failed', { className: 'badge ' + (row.passed ? 'good' : 'bad') }))
    line.append(cell, text(row.level), verdict, text(row.prompt.slice(-160)), text((row.reference || '').slice(0, 80)), text(row.answer.slice(-160)), text(row.reason))
    body.append(line)
  }
  const parts = [make('p', found.length + ' traces, from ' + (first + 1)), table]
  if (first + 100 < found.length) parts.push(make('a', 'the next', { href: '#' + new URLSearchParams({ ...wanted(), from: String(first + 100) }) }))
  const scroll = make('div', undefined, { className: 'scroll' }); scroll.append(parts[1]); parts[1] = scroll
  main.replaceChildren(...parts)
}
addEventListener('hashchange', show)
show()
`
