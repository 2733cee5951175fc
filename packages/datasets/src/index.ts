export * from './export-dataset.ts'
export * from './messages.ts'
export * from './preference.ts'
