import type { Call, Trace } from '@whetstone/core'
import { duration, levelText } from '@whetstone/core'
import type { FrozenTask, RoundReader, RunReader } from '@whetstone/runs'
import { html } from 'hono/html'
import { badge, table, text, type Html } from '@whetstone/reports/page/pieces.ts'
import { answerOf } from '../changes.ts'
import { page, roundPath, runPath } from '../page.ts'
import { sampleAgain, weightsOf } from '../sample-again.ts'
import { traceFiles } from '../trace-files.ts'

/** One attempt: what was asked as it was rendered, what was thought and answered, what was right, the grade, the memories. */
export async function tracePage(run: RunReader, reader: RoundReader, file: string, id: string): Promise<string | null> {
  const chosen = traceFiles(reader).find(({ name }) => name === file)
  const trace = chosen && (await chosen.traces.find({ id }, { limit: 1 })).traces[0]
  if (!chosen || !trace) return null
  const task = await frozenTask(reader, trace)
  const here = roundPath(reader.run, reader.round)
  const recipe = run.record()?.recipes.findLast((each) => each.round <= reader.round)?.recipe
  const again = (of: Call) => sampleAgain(of, trace, weightsOf(run, reader, of.model), recipe)
  return page({
    title: `Trace ${trace.id}`,
    script: true,
    trail: [
      ['Runs', '/'],
      [reader.run, runPath(reader.run)],
      [`Round ${reader.round}`, here],
      [chosen.says, `${here}/traces?file=${file}`],
    ],
    body: [
      html`<p class="verdict ${trace.grade.passed ? 'good' : 'bad'}">
        ${trace.grade.passed ? badge('good', 'passed') : badge('bad', 'failed')}
        ${text(trace.grade.reason)}${trace.grade.feedback ? html`: ${text(trace.grade.feedback)}` : ''}
      </p>`,
      html`<div class="pair">
        <div>
          <h2>Answer</h2>
          <pre>${text(answerOf(trace))}</pre>
        </div>
        <div>
          <h2>Right answer</h2>
          ${task ? html`<pre>${text(task.reference)}</pre>` : html`<p>Not kept with this round's tasks.</p>`}
        </div>
      </div>`,
      html`<dl>
        <dt>task</dt>
        <dd>
          <a href="${runPath(reader.run)}/tasks/${encodeURIComponent(trace.task)}">${text(trace.task)}</a>
          (${text(levelText(trace, reader.finished()))}, ${trace.split})
        </dd>
        <dt>reward</dt>
        <dd>
          ${trace.grade.reward}${
            Object.keys(trace.grade.parts).length > 0
              ? ` (${Object.entries(trace.grade.parts)
                  .map(([name, value]) => `${text(name)} ${Number(value.toPrecision(3))}`)
                  .join(', ')})`
              : ''
          }
        </dd>
        <dt>policy</dt>
        <dd><code>${text(trace.policy.model)}</code>, ${trace.policy.bank === null ? 'no memory' : `bank ${text(trace.policy.bank)}`}</dd>
        <dt>solver</dt>
        <dd>${text(trace.solver)}, sample ${trace.sample}, seed ${trace.seed}</dd>
        <dt>tokens</dt>
        <dd>
          ${trace.tokens.prompt} prompt, ${trace.tokens.completion} completion,
          ${trace.seconds < 1 ? `${Math.round(1000 * trace.seconds)} ms` : duration(trace.seconds)}
        </dd>
        <dt>ended</dt>
        <dd>${trace.finish}${trace.truncated ? ', truncated' : ''}${trace.stopped ? `, stopped: ${text(trace.stopped)}` : ''}</dd>
        <dt>memories</dt>
        <dd>
          ${trace.memories.shown.length}
          shown${trace.memories.shown.length ? html`: ${trace.memories.shown.map((memory) => html`<code>${text(memory)}</code> `)}` : ''}${trace.memories.withheld.length ? html`, ${trace.memories.withheld.length} withheld by the hold-out` : ''}
        </dd>
      </dl>`,
      ...(trace.calls
        ? trace.calls.map((each, index) => call(each, index, again(each)))
        : [
            html`<h2>Exchange</h2>
              ${exchange(trace)}`,
          ]),
    ],
  })
}

async function frozenTask(reader: RoundReader, { task, taskHash }: Trace): Promise<FrozenTask | null> {
  for await (const row of reader.tasks()) if (taskHash ? row.hash === taskHash : row.id === task) return row
  return null
}

const roles: Record<string, string> = { system: 'System', user: 'User', assistant: 'Assistant' }
const exchange = ({ messages }: Pick<Trace, 'messages'>): Html =>
  html`${messages.map(
    ({ role, content }) =>
      html`<h3>${roles[role] ?? role}</h3>
        <pre>${text(content)}</pre>`,
  )}`

/** The prompt, and the answer with its think block folded. */
function call(of: Call, index: number, command: string | null): Html {
  const forced = of.forced.length > 0 ? `, ${of.forced.length} spans forced` : ''
  const ids = of.ids ? table('Token ids as sampled', ['ids'], [[of.ids.join(' ')]]) : ''
  return html`<h2>
      Call ${index + 1}: ${text(of.role)}${of.by ? ` (${text(of.by)})` : ''} ${of.answer ? badge('good', 'the answer') : ''}
      ${of.trains ? '' : badge('plain', 'does not train')}
    </h2>
    ${exchange({ messages: of.messages })}${
      of.promptText === null
        ? ''
        : html`<details>
            <summary>The prompt as rendered</summary>
            <pre>${text(of.promptText)}</pre>
          </details>`
    }${
      of.reasoning
        ? html`<details>
            <summary>Thinking, ${of.reasoning.length} characters</summary>
            <pre>${text(of.reasoning)}</pre>
          </details>`
        : ''
    }
    <h3>Answer</h3>
    <pre>${text(of.text)}</pre>
    <p>${of.tokens.prompt} prompt and ${of.tokens.completion} completion tokens, ${of.finish}${forced}, seed ${of.seed}</p>
    ${
      command === null
        ? ''
        : html`<details>
            <summary>As a command that samples it again</summary>
            <pre class="copy" tabindex="0">${text(command)}</pre>
            <button type="button" class="copy">copy</button>
            <p>A text may differ where many were decoded together: the same slots, the same text.</p>
          </details>`
    }
    ${
      of.ids
        ? html`<details>
            <summary>Token ids</summary>
            ${ids}
          </details>`
        : ''
    }`
}
