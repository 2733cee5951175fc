export * from './graders/exact.ts'
export * from './graders/number.ts'
export * from './graders/verdict.ts'
