/** Follows a run from its files: when they change the page's content is fetched again and put in place, scroll and open folds kept. */
export const liveScript = `
const script = document.currentScript
const status = document.getElementById('live')
let waiting = false
async function refresh() {
  if (waiting) return
  waiting = true
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' } })
    if (!answer.ok) return
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main')
    const old = document.querySelector('main')
    if (!fresh || fresh.innerHTML === old.innerHTML) return
    const open = [...old.querySelectorAll('details')].map((fold) => fold.open)
    ;[...fresh.querySelectorAll('details')].forEach((fold, index) => { fold.open = open[index] ?? fold.open })
    old.replaceWith(document.importNode(fresh, true))
  } finally { waiting = false }
}
const events = new EventSource('/events?run=' + encodeURIComponent(script.dataset.run))
events.addEventListener('state', (event) => { status.textContent = JSON.parse(event.data).says })
events.addEventListener('change', refresh)
events.onerror = () => { status.textContent = 'The viewer has ended; start it again with npx nx run loops:view' }
`
