export * from './draw-charts.ts'
export * from './escape-html.ts'
export * from './render-chart.ts'
export * from './write-report.ts'
