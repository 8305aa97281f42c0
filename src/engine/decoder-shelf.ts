/** The decoders in use, one a stream, so that sessions of two senders never mix; bounded, as senders come and go. */
import type { StateEntry, Stateful } from '../kit/state.ts';
import type { SourceRef } from '../model/line.ts';
import type { Store } from '../store/store.ts';
import type { LineToEvent } from './spine.ts';

/** Streams whose decoders are kept; the one unused for longest is forgotten with its memory. */
const MAX_STREAMS = 2048;

/** A decoder with memory. */
export type SourceDecoder = LineToEvent & Stateful;

/** Decoders by stream. */
export interface DecoderShelf {
  /** The stream's decoder, made with what was remembered of it. */
  of(ref: SourceRef): SourceDecoder;
  /** Hands what changed in any of them to the engine's transaction. */
  drainDirty(): void;
  /** Forgets streams of former runs beyond the bound: senders that never come back leave nothing behind for ever. */
  forgetStrangers(): void;
}

/** An empty shelf. `remember` puts entries of an owner into the engine's transaction. */
export function createDecoderShelf(
  create: (ref: SourceRef) => SourceDecoder,
  store: Pick<Store, 'state' | 'stateOwners'>,
  remember: (owner: string, entries: readonly StateEntry[]) => void,
  max = MAX_STREAMS,
): DecoderShelf {
  const decoders = new Map<string, SourceDecoder>();
  /** Used since the last commit: only these can have changed. */
  const touched = new Map<string, SourceDecoder>();
  let last: { readonly ref: SourceRef; readonly decoder: SourceDecoder } | null = null;

  function forgetOldest(): void {
    const [id, decoder] = decoders.entries().next().value!;
    decoders.delete(id);
    touched.delete(id);
    forget(
      `decoder:${id}`,
      decoder.drainDirty().map(({ key }) => key),
    );
  }

  function forget(owner: string, unsaved: readonly string[]): void {
    const gone = new Set(unsaved);
    for (const { key } of store.state(owner)) gone.add(key);
    remember(
      owner,
      [...gone].map((key) => ({ key, value: null })),
    );
  }

  return {
    of(ref) {
      if (last?.ref === ref) {
        touched.set(ref.id, last.decoder);
        return last.decoder;
      }
      let decoder = decoders.get(ref.id);
      if (decoder === undefined) {
        decoder = create(ref);
        decoder.restore(store.state(`decoder:${ref.id}`));
        if (decoders.size >= max) forgetOldest();
      } else {
        decoders.delete(ref.id);
      }
      // The one used last stands last.
      decoders.set(ref.id, decoder);
      touched.set(ref.id, decoder);
      last = { ref, decoder };
      return decoder;
    },
    forgetStrangers() {
      const streams = store.stateOwners('decoder:').filter((owner) => owner.includes('#'));
      for (const owner of streams.slice(max)) if (!decoders.has(owner.slice('decoder:'.length))) forget(owner, []);
    },
    drainDirty() {
      for (const [id, decoder] of touched) remember(`decoder:${id}`, decoder.drainDirty());
      touched.clear();
    },
  };
}
