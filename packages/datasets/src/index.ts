export * from './export-dataset.ts'
export * from './formats/messages.ts'
export * from './formats/preference.ts'
export * from './load-format.ts'
