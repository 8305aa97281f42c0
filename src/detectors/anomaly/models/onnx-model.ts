/**
 * A model somebody brings as an ONNX file, run by the optional peer dependency `onnxruntime-node`, loaded only when asked for. Contract:
 * one input of 32-bit floats, [rows, features]; the scores in the named output (the last one by default), [rows] or [rows, 1].
 */
import { existsSync } from 'node:fs';
import { fail } from '../../../kit/errors.ts';

/** How a file is read. */
export interface OnnxOptions {
  /** Numbers in a row. */
  readonly features: number;
  /** Output that holds the scores; the last one when not given. */
  readonly output?: string;
  /** True when lower scores are stranger, as with scikit-learn's `decision_function`. */
  readonly lowerIsStranger?: boolean;
  /** Module of the runtime: `onnxruntime-node`, or the path of its entry. */
  readonly runtime?: string;
}

/** The part of onnxruntime-node that is used. */
interface Runtime {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown;
  readonly InferenceSession: {
    create(path: string, options: object): Promise<Session>;
  };
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(
    feeds: Record<string, unknown>,
    fetches: readonly string[],
  ): Promise<Record<string, { readonly data: ArrayLike<number> }>>;
  release?(): Promise<void>;
}

/** An open model. Higher scores are stranger. */
export interface OnnxModel {
  readonly features: number;
  /** Scores of flat rows. Asynchronous: not for the path of a line. */
  score(rows: Float64Array): Promise<Float64Array>;
  close(): Promise<void>;
}

/** Opens a file. Throws ONNX_MISSING without the runtime, ONNX_BROKEN for a file that does not keep the contract. */
export async function openOnnx(path: string, options: OnnxOptions): Promise<OnnxModel> {
  if (!existsSync(path)) fail('ONNX_BROKEN', { message: `there is no file ${path}`, hint: 'check the name' });
  const runtime = await loadRuntime(options.runtime ?? 'onnxruntime-node');
  const session = await runtime.InferenceSession.create(path, { intraOpNumThreads: 1 }).catch((cause: unknown) =>
    fail('ONNX_BROKEN', { message: `${path} cannot be opened: ${textOf(cause)}`, hint: 'is it an ONNX file?', cause }),
  );
  const [input] = session.inputNames;
  const output = options.output ?? session.outputNames.at(-1);
  if (
    input === undefined ||
    session.inputNames.length !== 1 ||
    output === undefined ||
    !session.outputNames.includes(output)
  )
    fail('ONNX_BROKEN', {
      message: `${path} has inputs ${session.inputNames.join(', ')} and outputs ${session.outputNames.join(', ')}`,
      hint: 'it must have one input, and the output that is asked for',
    });
  const { features, lowerIsStranger = false } = options;
  return {
    features,
    async score(rows) {
      const count = rows.length / features;
      if (!Number.isInteger(count)) throw new RangeError('rows must be whole');
      if (count === 0) return new Float64Array(0);
      const tensor = new runtime.Tensor('float32', Float32Array.from(rows), [count, features]);
      const answer = await session.run({ [input]: tensor }, [output]);
      const scores = answer[output]?.data;
      if (scores?.length !== count)
        fail('ONNX_BROKEN', {
          message: `${output} gives ${scores?.length ?? 'no'} numbers for ${count} rows`,
          hint: 'one score a row is needed; `output` names another output',
        });
      return Float64Array.from(scores, (score) => (lowerIsStranger ? -Number(score) : Number(score)));
    },
    close: async () => void (await session.release?.()),
  };
}

async function loadRuntime(name: string): Promise<Runtime> {
  try {
    const found = (await import(name)) as Runtime & { readonly default?: Runtime };
    return found.default ?? found;
  } catch (cause) {
    return fail('ONNX_MISSING', {
      message: `${name} is not installed`,
      hint: 'install it beside bekci with `npm install onnxruntime-node`',
      cause,
    });
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
