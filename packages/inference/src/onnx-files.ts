/** Which of a repository's ONNX files is meant by a type. */
export const onnxTypes = { fp32: 'model', fp16: 'model_fp16', q8: 'model_quantized', q4: 'model_q4' } as const
export type OnnxType = keyof typeof onnxTypes

/** Beside the weights, what transformers.js opens an embedding model with. */
export const onnxNeeds = ['config.json', 'tokenizer.json', 'tokenizer_config.json'] as const
export const onnxFile = (type: OnnxType): string => `onnx/${onnxTypes[type]}.onnx`
