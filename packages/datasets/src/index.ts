export * from './export-dataset.ts'
export * from './render-rows.ts'
