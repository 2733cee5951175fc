import { distillation } from './distillation.ts'
import { openReasoner } from './open-reasoner.ts'
import { r3System } from './r3.ts'
import { reasoningBank } from './reasoning-bank.ts'
import { slmReasoning } from './slm-reasoning.ts'
import { selfTraining } from './self-training.ts'
import type { System } from './system.ts'

/** The founding systems by name, and the self-training recipes side by side. */
export const systems: Readonly<Record<string, System>> = Object.fromEntries(
  [reasoningBank, slmReasoning, openReasoner, distillation, r3System, selfTraining].map((system) => [system.name, system]),
)
