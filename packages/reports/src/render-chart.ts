import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Resvg } from '@resvg/resvg-js'
import * as vega from 'vega'
import * as vegaLite from 'vega-lite'
import { visibleText } from '@whetstone/core'

const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf')
const font = 'DejaVu Sans'

/** A Vega-Lite chart as SVG text. No canvas is needed; the font is named so that the PNG can find it. */
export async function renderSvg(spec: vegaLite.TopLevelSpec): Promise<string> {
  const compiled = vegaLite.compile({ background: 'white', ...spec, config: { font, ...spec.config } }, { logger: vega.logger(vega.Error) })
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none' })
  try {
    // Labels may be names of tasks and models: XML holds no control characters, and nobody should read what is not there.
    return visibleText(await view.toSVG())
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
