/** A file of a run that cannot be read as what it should be, and what of the run can be read all the same. */
export type Problem = { file: string; kind: 'missing' | 'torn' | 'foreign'; says: string; readable: string }
