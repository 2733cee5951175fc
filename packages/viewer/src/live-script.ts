/**
 * Follows runs from their files: when they change, the page's content is fetched again and put in place. What its reader does stays: scroll, open folds, focus; and nothing is replaced
 * while somebody types or marks text.
 */
export const liveScript = `
const script = document.currentScript
const status = document.getElementById('live')
let busy = false
let again = false
const inUse = () => {
  const at = document.activeElement
  const marked = document.getSelection()
  return (at && at.closest('main form') !== null) || (marked && !marked.isCollapsed)
}
const keyOf = (fold, index, all) => fold.querySelector('summary').textContent.replace(/\\d+/g, '#') + all.slice(0, index).filter((each) => each.className === fold.className).length
const keyed = (main) => { const all = [...main.querySelectorAll('details')]; return new Map(all.map((fold, index) => [keyOf(fold, index, all), fold])) }
const reachable = (main) => [...main.querySelectorAll('a[href], summary, button, [tabindex]')]
async function refresh() {
  again = true
  if (busy) return
  busy = true
  try {
    while (again) {
      if (inUse()) break
      again = false
      const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
      if (!answer.ok) break
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main')
      const old = document.querySelector('main')
      if (!fresh || fresh.innerHTML === old.innerHTML || inUse()) continue
      const folds = keyed(old)
      for (const [key, fold] of keyed(fresh)) fold.open = folds.get(key)?.open ?? fold.open
      const scrolled = [...old.querySelectorAll('.scroll')].map((box) => box.scrollLeft)
      const focused = reachable(old).indexOf(document.activeElement)
      const put = document.importNode(fresh, true)
      old.replaceWith(put)
      ;[...put.querySelectorAll('.scroll')].forEach((box, index) => { box.scrollLeft = scrolled[index] ?? 0 })
      if (focused >= 0) reachable(put)[focused]?.focus({ preventScroll: true })
    }
  } catch { /* the viewer has ended: its stream says so */ } finally {
    busy = false
    if (again) setTimeout(refresh, 1000)
  }
}
const events = new EventSource('/events?run=' + encodeURIComponent(script.dataset.run))
events.addEventListener('state', (event) => { status.textContent = JSON.parse(event.data).says })
events.addEventListener('change', refresh)
// what changed between the page and this stream, or while the stream was away
events.onopen = refresh
events.onerror = () => { status.textContent = 'The viewer has ended; start it again with npx nx run loops:view' }
`
