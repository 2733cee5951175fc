export * from './addition.ts'
export * from './operators.ts'
