import { z } from 'zod'
import { axolotlYaml } from '../axolotl-yaml.ts'
import { defineExport } from '../define-export.ts'
import { fromChat, fromTools, toChat, ToolConversation, Tools } from '../chat-message.ts'

export default defineExport({
  name: 'axolotl',
  about: 'chat rows for Axolotl (type chat_template) with a ready YAML',
  source: 'Axolotl documentation, Dataset formats: conversation, chat_template',
  kind: 'sft',
  container: 'jsonl',
  file: 'axolotl.jsonl',
  thinking: 'inline',
  tools: true,
  row: z.strictObject({ messages: ToolConversation, tools: Tools }),
  toRow: ({ messages, tools }, options) => ({
    messages: toChat(messages, options, 'object'),
    tools: tools as Record<string, unknown>[] | undefined,
  }),
  fromRow: ({ messages, tools }) => ({ kind: 'sft', messages: fromChat(messages), ...fromTools(tools) }),
  companions: (written) => ({
    'axolotl.yaml': axolotlYaml(written, {
      entry: ['type: chat_template', 'field_messages: messages', 'roles_to_train: [assistant]', 'train_on_eos: turn'],
      head: ['sample_packing: true'],
      rate: '0.0001',
    }),
  }),
})
