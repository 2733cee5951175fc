import { hashFile, type Model, type TrainRequest } from '@whetstone/core'

/** The card of what another trainer made of a base: an adapter on it, or weights of their own. */
export async function candidateCard(
  { base, dataset, round }: Pick<TrainRequest, 'base' | 'dataset' | 'round'>,
  made: { file: string; adapter: boolean; trainer: string; metadata: Record<string, unknown> },
): Promise<Model> {
  return {
    id: `model-${(await hashFile(made.file)).slice(0, 16)}`,
    name: `${base.name.replace(/ round \d+$/, '')} round ${round}`,
    path: made.adapter ? base.path : made.file,
    adapter: made.adapter ? made.file : null,
    parent: base.id,
    dataset: dataset.id,
    trainer: made.trainer,
    quantization: made.adapter ? base.quantization : null,
    architecture: base.architecture,
    parameters: base.parameters,
    vocabulary: base.vocabulary,
    createdAt: new Date().toISOString(),
    metadata: made.metadata,
  }
}
