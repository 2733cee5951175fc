import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import * as vega from 'vega'
import * as vegaLite from 'vega-lite'
import { visibleText } from '@whetstone/core'

const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
const font = 'DejaVu Sans'

/** How charts look beside the pages; their style sheet (page/style.ts) turns these colours over in the dark. The colours of series are read on both grounds. */
const [ink, soft, line, axis] = ['#17202a', '#526070', '#dde3e9', '#aab6c2']
const look: vegaLite.Config = {
  font,
  view: { stroke: null },
  axis: {
    labelColor: soft,
    titleColor: soft,
    gridColor: line,
    domainColor: axis,
    tickColor: axis,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: 'normal',
    titlePadding: 8,
  },
  legend: { labelColor: ink, titleColor: soft, labelFontSize: 11, symbolOpacity: 1, labelLimit: 0 },
  header: { labelColor: ink, labelFontSize: 11 },
  title: { color: ink, fontSize: 12, anchor: 'start' },
  range: { category: ['#2f6fb3', '#c2640c', '#2f855a', '#8b5cc7', '#c03a7b', '#0f8a8a', '#8a7500', '#64748b', '#b4453a', '#5b6ee1'] },
}

/** A Vega-Lite chart as SVG text. No canvas is needed; the font is named so that the PNG can find it. */
export async function renderSvg(spec: vegaLite.TopLevelSpec): Promise<string> {
  // Labels may be names of tasks and models: XML holds no control characters, Vega's expressions no line separators, and nobody should read what is not there.
  const shown = JSON.parse(JSON.stringify(spec), (_, value: unknown) =>
    typeof value === 'string' ? visibleText(value) : value,
  ) as typeof spec
  const compiled = vegaLite.compile(
    { background: 'white', ...shown, config: { ...look, ...shown.config } },
    { logger: vega.logger(vega.Error) },
  )
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none' })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

/** The same as PNG bytes, twice the size, with a font that ships with us: on a bare machine there may be none. */
export async function renderPng(spec: vegaLite.TopLevelSpec): Promise<Uint8Array> {
  const fontFiles = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map((file) => join(fonts, file))
  return new Resvg(await renderSvg(spec), {
    fitTo: { mode: 'zoom', value: 2 },
    font: { loadSystemFonts: false, fontFiles, defaultFontFamily: font },
  })
    .render()
    .asPng()
}
