import { z } from 'zod'

export const Message = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() })
/** One turn of a chat; the model's own template renders it. */
export type Message = z.infer<typeof Message>
