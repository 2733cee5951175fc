import { dirname, join, posix } from 'node:path'
import { gzipSync } from 'node:zlib'
import { BadInput, levelText, writeAtomic, type Round, type Trace, makeFolder } from '@whetstone/core'
import { style } from '@whetstone/reports/page/style.ts'
import { text } from '@whetstone/reports/page/pieces.ts'
import { openRun, runNames, studyNames, type RoundReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { answerOf, changeNames } from './changes.ts'
import { page, roundPath, runPath } from './page.ts'
import { studyPath } from './pages/study-page.ts'
import { comparePath, likelihoodFile } from './run-tabs.ts'
import { staticTracesScript } from './static-traces.ts'
import { traceFiles } from './trace-files.ts'
import { viewerApp } from './viewer-app.ts'

/** Traces in one packed file. */
const packed = 2000

/** Writes the pages of runs as files that need no server: runs, rounds, what was fixed and broken, comparisons, memory, and every trace. Returns how many files and bytes. */
export async function exportStatic(folder: string, names: readonly string[] = runNames()): Promise<{ files: number; bytes: number }> {
  const app = viewerApp(null)
  const pages = new Map<string, string>([['/', 'index.html']])
  for (const name of names) {
    const run = openRun(name)
    const base = `run-${name}`
    pages.set(runPath(name), `${base}.html`)
    pages.set(`${runPath(name)}/memory`, `${base}-memory.html`)
    if (likelihoodFile(run)) pages.set(`${runPath(name)}/likelihood`, `${base}-likelihood.html`)
    const finished = run.finished()
    if (finished.length > 1) pages.set(comparePath(finished.map(({ round }) => `${name}:${round.round}`)), `${base}-compare.html`)
    for (const { round } of run.rounds()) {
      pages.set(roundPath(name, round), `${base}-round-${round}.html`)
      for (const kind of changeNames) pages.set(`${roundPath(name, round)}/changes?kind=${kind}`, `${base}-round-${round}-${kind}.html`)
    }
  }
  if (names.length === runNames().length) for (const name of studyNames()) pages.set(studyPath(name), `study-${name}.html`)
  let files = 0
  let bytes = 0
  const write = (file: string, content: string) => {
    makeFolder(dirname(join(folder, file)))
    writeAtomic(join(folder, file), content)
    files++
    bytes += Buffer.byteLength(content)
  }
  write('style.css', style)
  write('traces.js', staticTracesScript)
  for (const name of names) for (const reader of openRun(name).rounds()) await writeTraces(reader, write)
  for (const [address, file] of pages) {
    const answer = await app.request(address)
    if (answer.status !== 200) throw new BadInput(`${address} cannot be exported: ${answer.status}`)
    write(file, relink(await answer.text(), pages))
  }
  return { files, bytes }
}

/** Addresses of the server become files; what has no file becomes text. Attributes are written by us, quoted, with & as &amp; where an address has parameters. */
function relink(content: string, pages: ReadonlyMap<string, string>): string {
  return content
    .replace(/<script src="\/(live|copy)\.js"[^>]*><\/script>/g, '')
    .replaceAll('href="/style.css"', 'href="style.css"')
    .replace(/<p class="live"[^>]*><\/p>/g, '')
    .replace(/<form[\s\S]*?<\/form>/g, '')
    .replace(/href="(\/[^"]*)"/g, (_, address: string) => {
      const wanted = address.replaceAll('&amp;', '&').replace(/#.*$/, '')
      const file = pages.get(wanted) ?? traceAddress(wanted)
      return file === null || file === undefined ? 'data-not-exported' : `href="${file}"`
    })
}

/** Lists and single traces are views of the page of traces. */
function traceAddress(address: string): string | null {
  const [, run, round, rest = ''] = /^\/runs\/([^/]+)\/rounds\/(\d+)\/traces(.*)$/.exec(address) ?? []
  if (run === undefined || round === undefined) return null
  const [, file, id] = /^\/([^/?]+)\/([^/?]+)$/.exec(rest) ?? []
  const query = new URLSearchParams(file && id ? { file, id: decodeURIComponent(id) } : rest.replace(/^\?/, ''))
  return `run-${decodeURIComponent(run)}-round-${round}-traces.html#${query.toString().replaceAll('&', '&amp;')}`
}

async function writeTraces(reader: RoundReader, write: (file: string, content: string) => void): Promise<void> {
  const base = `run-${reader.run}-round-${reader.round}`
  const finished = reader.finished()
  const references = new Map<string, string>()
  for await (const { id, reference } of reader.tasks()) references.set(id, reference)
  const places: { name: string; says: string; parts: string[] }[] = []
  for (const { name, says, traces } of traceFiles(reader)) {
    const parts: string[] = []
    let lines: string[] = []
    const flush = () => {
      if (lines.length === 0) return
      const file = posix.join('traces', `${base}-${name}-${parts.length + 1}.js`)
      write(file, `part(${JSON.stringify(file)}, ${JSON.stringify(gzipSync(lines.join('\n'), { level: 9 }).toString('base64'))})\n`)
      parts.push(file)
      lines = []
    }
    for await (const trace of traces.rows()) {
      lines.push(JSON.stringify(shortOf(trace, references.get(trace.task), finished)))
      if (lines.length === packed) flush()
    }
    flush()
    places.push({ name, says, parts })
  }
  if (places.length === 0) return
  const listed = JSON.stringify(places).replaceAll('<', '\\u003c')
  const made = await page({
    title: `Traces of ${reader.run}, round ${reader.round}`,
    trail: [
      ['Runs', '/'],
      [reader.run, runPath(reader.run)],
      [`Round ${reader.round}`, roundPath(reader.run, reader.round)],
      ['Traces', '#'],
    ],
    body: html`<form class="filter" id="filter" role="search">
        <label
          >which attempts
          <select name="file">
            ${places.map(({ name, says }) => html`<option value="${name}">${text(says)}</option>`)}
          </select></label
        ><label
          >passed
          <select name="passed">
            <option value="">any</option>
            <option value="true">yes</option>
            <option value="false">no</option>
          </select></label
        ><label>words <input name="find" type="search" /></label><button>Show</button>
      </form>
      <div id="traces"></div>`,
  })
  // after relinking: forms of the server are taken out, this one is ours
  const own = made
    .replaceAll('href="/style.css"', 'href="style.css"')
    .replaceAll(`href="${runPath(reader.run)}"`, `href="run-${reader.run}.html"`)
    .replaceAll(`href="${roundPath(reader.run, reader.round)}"`, `href="${base}.html"`)
    .replaceAll('href="/"', 'href="index.html"')
    // oxlint-disable-next-line escapes/output -- JSON without a tag in it
    .replace('</main>', () => `</main><script type="application/json" id="files">${listed}</script><script src="traces.js" defer></script>`)
  write(`${base}-traces.html`, own)
}

/** What a page shows of a trace: enough to read it, little enough to send. */
function shortOf(trace: Trace, reference: string | undefined, round: Round | null) {
  return {
    id: trace.id,
    task: trace.task,
    level: levelText(trace, round),
    sample: trace.sample,
    seed: trace.seed,
    passed: trace.grade.passed,
    reason: trace.grade.reason,
    prompt: trace.messages.findLast(({ role }) => role === 'user')?.content ?? '',
    answer: answerOf(trace),
    thinking: trace.calls?.find(({ answer }) => answer)?.reasoning || undefined,
    reference,
    tokens: trace.tokens.completion,
    memories: trace.memories.shown.join(', ') || undefined,
  }
}
