import { BadInput } from '@whetstone/core'
import { checkRunName, openStudy, runNames, studyNames, type RoundReader, type RunReader } from '@whetstone/runs'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { changeNames, type Change } from './changes.ts'
import { html } from 'hono/html'
import { text } from '@whetstone/reports/page/pieces.ts'
import { openShown } from './open-shown.ts'
import { page } from './page.ts'
import { axes, type Axis } from '@whetstone/reports/compare/axes.ts'
import { fates, type Fate } from '@whetstone/reports/compare/compare-arms.ts'
import { comparePage } from './pages/compare-page.ts'
import { changesPage } from './pages/changes-page.ts'
import { likelihoodPage } from './pages/likelihood-page.ts'
import { memoryPage } from './pages/memory-page.ts'
import { roundPage } from './pages/round-page.ts'
import { runPage } from './pages/run-page.ts'
import { runsPage } from './pages/runs-page.ts'
import { studyPage } from './pages/study-page.ts'
import { taskPage } from './pages/task-page.ts'
import { tracePage } from './pages/trace-page.ts'
import { tracesPage } from './pages/traces-page.ts'
import { runsState, runState, watchRun } from './watch-run.ts'
import { style } from '@whetstone/reports/page/style.ts'
import { copyScript } from './copy-script.ts'
import { liveScript } from './live-script.ts'

/** Nothing is loaded from elsewhere, nothing is framed, no script stands in a page. SVG of charts carries styles of its own. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** The viewer as an application: reads runs and writes nothing. `hosts` are the names under which it may be called, against pages elsewhere that would read it through a name of theirs. */
export function viewerApp(hosts: readonly string[] | null, files: readonly string[] = []): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    const host = context.req.header('host') ?? ''
    const origin = context.req.header('origin')
    if (hosts && !hosts.includes(host)) return context.text(`This viewer answers to ${hosts.join(', ')} only`, 403)
    if (hosts && origin !== undefined && !hosts.includes(origin.replace(/^https?:\/\//, '')))
      return context.text('Pages of other origins may not read this viewer', 403)
    if (context.req.method !== 'GET' && context.req.method !== 'HEAD') return context.text('The viewer only shows', 405)
    await next()
    context.header('content-security-policy', policy)
    context.header('x-content-type-options', 'nosniff')
    context.header('referrer-policy', 'no-referrer')
    context.header('cache-control', 'no-store')
  })
  app.onError(async (error, context) => {
    if (error instanceof BadInput) return context.html(await missing(error.message), 404)
    process.stderr.write(`${error.stack ?? error.message}\n`)
    return context.html(await missing(`This page could not be made: ${error.message}`), 500)
  })
  app.notFound(async (context) => context.html(await missing(`Nothing is at ${context.req.path}`), 404))
  app.get('/style.css', (context) => context.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }))
  app.get('/live.js', (context) => context.body(liveScript, 200, { 'content-type': 'text/javascript; charset=utf-8' }))
  app.get('/copy.js', (context) => context.body(copyScript, 200, { 'content-type': 'text/javascript; charset=utf-8' }))
  app.get('/favicon.ico', (context) => context.body(null, 204))
  app.get('/', async (context) => context.html(await runsPage()))
  app.get('/compare', async (context) => {
    const { x = 'round', show = 'broken', control, on } = context.req.query()
    if (!(x in axes)) throw new BadInput(`x is one of ${Object.keys(axes).join(', ')}`)
    if (!(fates as readonly string[]).includes(show)) throw new BadInput(`show is one of ${fates.join(', ')}`)
    const view = {
      of: [...new Set(context.req.queries('of') ?? [])],
      control: control || undefined,
      on: on === 'own' ? ('own' as const) : ('common' as const),
      x: x as Axis,
      show: show as Fate,
      with: whole(context.req.query('with')) ?? 0,
      from: whole(context.req.query('from')) ?? 0,
    }
    return context.html(await comparePage(view, files))
  })
  app.get('/runs/:run', async (context) => context.html(await runPage(knownRun(context.req.param('run')))))
  app.get('/runs/:run/rounds/:round', async (context) => {
    const run = knownRun(context.req.param('run'))
    return context.html(await roundPage(run, knownRound(run, context.req.param('round'))))
  })
  app.get('/runs/:run/rounds/:round/changes', async (context) => {
    const kind = context.req.query('kind') ?? 'broken'
    if (!(changeNames as readonly string[]).includes(kind)) throw new BadInput(`kind is one of ${changeNames.join(', ')}`)
    return context.html(
      await changesPage(
        knownRound(knownRun(context.req.param('run')), context.req.param('round')),
        kind as Change,
        whole(context.req.query('from')) ?? 0,
      ),
    )
  })
  app.get('/runs/:run/rounds/:round/traces', async (context) => {
    const reader = knownRound(knownRun(context.req.param('run')), context.req.param('round'))
    const { file = 'train', passed, truncated, taskset, level, find, memory, from } = context.req.query()
    const yes = (value: string | undefined) => (value === 'yes' ? true : value === 'no' ? false : undefined)
    const made = await tracesPage(reader, {
      file,
      passed: yes(passed),
      truncated: yes(truncated),
      taskset,
      level: whole(level),
      find: find?.trim() || undefined,
      memory: memory || undefined,
      from: whole(from) ?? 0,
    })
    return made === null ? context.notFound() : context.html(made)
  })
  app.get('/runs/:run/rounds/:round/traces/:file/:id', async (context) => {
    const run = knownRun(context.req.param('run'))
    const reader = knownRound(run, context.req.param('round'))
    const made = await tracePage(run, reader, context.req.param('file'), context.req.param('id'))
    return made === null ? context.notFound() : context.html(made)
  })
  app.get('/runs/:run/memory', async (context) =>
    context.html(
      await memoryPage(knownRun(context.req.param('run')), {
        find: context.req.query('find')?.trim() || undefined,
        from: whole(context.req.query('from')) ?? 0,
      }),
    ),
  )
  app.get('/runs/:run/likelihood', async (context) => context.html(await likelihoodPage(knownRun(context.req.param('run')))))
  app.get('/studies/:study', async (context) => {
    const name = context.req.param('study')
    if (!studyNames().includes(name)) throw new BadInput(`No experiment "${name}". Experiments: ${studyNames().join(', ') || 'none yet'}`)
    return context.html(await studyPage(openStudy(name)))
  })
  app.get('/runs/:run/tasks/:task', async (context) => {
    const made = await taskPage(knownRun(context.req.param('run')), context.req.param('task'))
    return made === null ? context.notFound() : context.html(made)
  })
  app.get('/events', (context) => {
    const named = context.req.query('run') ?? ''
    const run = named === '' ? null : knownRun(named).run
    return streamSSE(context, async (stream) => {
      for await (const { changed } of watchRun(run, context.req.raw.signal)) {
        await stream.writeSSE({ event: 'state', data: JSON.stringify(run === null ? runsState() : runState(run)) })
        if (changed) await stream.writeSSE({ event: 'change', data: '' })
      }
    })
  })
  return app
}

/** Only runs that are there have pages: a name never becomes a path before it is one of theirs. */
function knownRun(name: string): RunReader {
  const known = runNames()
  if (!known.includes(name)) throw new BadInput(`No run "${name}". Runs: ${known.join(', ') || 'none yet'}`)
  return openShown(checkRunName(name))
}

function knownRound(run: RunReader, number: string): RoundReader {
  const open = run.open()
  // a round that has just begun has written nothing yet
  const found =
    run.rounds().find(({ round }) => String(round) === number) ??
    (open && String(open.round) === number ? run.round(open.round) : undefined)
  if (!found)
    throw new BadInput(
      `Run ${run.run} has no round ${number}. Rounds: ${
        run
          .rounds()
          .map(({ round }) => round)
          .join(', ') || 'none yet'
      }`,
    )
  return found
}

const whole = (value: string | undefined) => (value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined)

const missing = (message: string) => page({ title: 'Not here', trail: [['Runs', '/']], body: html`<p>${text(message)}</p>` })
