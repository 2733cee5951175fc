export * from './charts/arms-by-level.ts'
export * from './escape-html.ts'
export * from './render-chart.ts'
export * from './write-report.ts'
