export * from './collect.ts'
export * from './evaluate.ts'
