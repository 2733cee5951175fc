import { BadInput } from '@whetstone/core/bad-input.ts' // alone: the process that renders starts the sooner

/** A chat template to which a day is always the same one, and the variables by which llama.cpp tells templates of the day. */
export type FrozenTemplate = { template: string; variables: { date_string: string; datetime: string } }

/** Calls of strftime_now become what they give on `date` (YYYY-MM-DD, at noon), so that a prompt does not differ by the day: as tools/rows/freeze-date.cpp has it. */
export function freezeDate(template: string, date: string): FrozenTemplate {
  const codes = codesOf(date)
  let asks = false
  const frozen = template
    .replace(/strftime_now\( *(["'])(.*?)\1 *\)/gs, (_, quote: string, format: string) => quote + formatted(codes, format) + quote)
    .replaceAll('strftime_now(', () => {
      asks = true
      return 'whetstone_day('
    })
  return {
    template: asks ? dayMacro(codes) + frozen : frozen,
    variables: { date_string: formatted(codes, '%d %b %Y'), datetime: formatted(codes, '%b %d %Y') },
  }
}

/** For formats that the template works out itself. The empty expression is for a template that begins with a newline. */
const dayMacro = (codes: Record<string, string>) =>
  `{% macro whetstone_day(format) %}{{ format${Object.entries(codes)
    .map(([code, text]) => ` | replace("${code}", "${text}")`)
    .join('')} }}{% endmacro %}{{ '' }}`

function formatted(codes: Record<string, string>, format: string): string {
  return format.replace(/%-?[a-zA-Z]/g, (code) => {
    const text = codes[code]
    if (text === undefined)
      throw new BadInput(
        `The model's chat template asks for the day by "${code}", which is not known: sample it with llama-sample. Known: ${Object.keys(codes).join(', ')}`,
      )
    return text
  })
}

/** The longer codes first: the macro replaces them one after the other. */
function codesOf(date: string): Record<string, string> {
  const day = new Date(`${date}T12:00:00Z`)
  const name = (options: Intl.DateTimeFormatOptions) => day.toLocaleDateString('en-US', { ...options, timeZone: 'UTC' })
  const [year, month, number] = date.split('-') as [string, string, string]
  const ofYear = Math.round((day.getTime() - Date.UTC(Number(year), 0, 0, 12)) / 86_400_000)
  return {
    '%-d': String(Number(number)),
    '%-m': String(Number(month)),
    '%Y': year,
    '%m': month,
    '%d': number,
    '%B': name({ month: 'long' }),
    '%b': name({ month: 'short' }),
    '%A': name({ weekday: 'long' }),
    '%a': name({ weekday: 'short' }),
    '%y': year.slice(2),
    '%e': String(Number(number)).padStart(2),
    '%j': String(ofYear).padStart(3, '0'),
    '%F': date,
    '%H': '12',
    '%M': '00',
    '%S': '00',
    '%I': '12',
    '%p': 'PM',
  }
}
