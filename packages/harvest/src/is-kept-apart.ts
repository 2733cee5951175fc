import { hash } from '@whetstone/core'

/** Whether a task is of the share that never becomes rows; its id alone says so, so that no round and no seed moves it. */
export const isKeptApart = (task: string, share: number): boolean => parseInt(hash(`apart ${task}`).slice(0, 8), 16) < share * 2 ** 32
