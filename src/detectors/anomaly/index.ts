/** `bekci/anomaly`: the models of the learning detector, for use on their own. No native module, seeded, serialisable. */
export { type ForestOptions, IsolationForest, type SavedForest } from './models/isolation-forest.ts';
export { Loda, type LodaOptions } from './models/loda.ts';
export { type OnnxModel, type OnnxOptions, openOnnx } from './models/onnx-model.ts';
export { SequenceGru, type SequenceOptions } from './models/sequence-gru.ts';
export { sequenceThreshold } from './models/sequence-threshold.ts';
export { SessionNovelty, type SessionOptions, type SessionVerdict } from './models/session-novelty.ts';
export { Spot, type SpotOptions } from './models/spot.ts';
export { StreamEnsemble, type StreamOptions } from './models/stream-ensemble.ts';
export { type MinerOptions, type Template, TemplateMiner } from './models/template-miner.ts';
