import { present } from '../../base/assert.ts';
import type { ModelLayout } from '../../kernel/model-layout.ts';
import type { VectorSpace } from '../../kernel/vector-space.ts';

/** The two sketches of a slot, by where their figures lie in the model. */
export const COARSE = 64;
export const FINE = 128;
export type Sketch = typeof COARSE | typeof FINE;

/** How a sketch is cut. */
export interface SketchShape {
  readonly bytes: number;
  readonly axes: number;
  /** Whether the length of what the axes do not cover follows them as one more coordinate. */
  readonly hasTail: boolean;
}

/** How a sketch is scaled, and what its bounds allow for. Absent values stay as they are. */
export interface SketchScale {
  readonly step: number;
  readonly tailCentre: number;
  readonly slack: number;
  readonly reach: number;
  readonly rotationError: number;
}

/** What the family has learnt, in the memory that all threads share; the places are drawn in `assembly/flat/model.ts`. */
export class FlatModel {
  readonly layout: ModelLayout;
  private readonly space: VectorSpace;

  /** The model, where sketches may be used. */
  static usable(space: VectorSpace): FlatModel | undefined {
    const model = space.layout.model ? new FlatModel(space) : undefined;
    return model?.isUsable ? model : undefined;
  }

  constructor(space: VectorSpace) {
    this.space = space;
    this.layout = present(space.layout.model, 'a model in the layout');
  }

  /** Whether sketches may be used. */
  get isUsable(): boolean {
    return this.words[0] === 1;
  }

  /** Live records when it was learnt; 0 if it never was. */
  get learntFrom(): number {
    return this.words[3] ?? 0;
  }

  /** Slots that no bound holds for. */
  get unbounded(): number {
    return this.words[4] ?? 0;
  }

  get coarseBytes(): number {
    return this.bytesOf(COARSE);
  }

  bytesOf(sketch: Sketch): number {
    return this.words[sketch / 4] ?? 0;
  }

  /** Takes the sketches out of use, or tells that there are none that help. */
  disuse(learntFrom: number): void {
    this.words.set([0, 0, 0, learntFrom, 0]);
  }

  use(axes: number, longest: number, learntFrom: number): void {
    this.words.set([1, axes]);
    this.space.floatsAt(this.layout.start + 8, 1)[0] = longest;
    this.words.set([learntFrom, 0], 3);
  }

  cut(sketch: Sketch, { bytes, axes, hasTail }: SketchShape): void {
    this.space.wordsAt(this.layout.start + sketch, 3).set([bytes, axes, hasTail ? 1 : 0]);
  }

  scale(sketch: Sketch, scale: Partial<SketchScale>): void {
    const floats = this.space.floatsAt(this.layout.start + sketch + 12, 5);
    const { step, tailCentre, slack, reach, rotationError } = scale;
    for (const [i, value] of [step, tailCentre, slack, reach, rotationError].entries()) {
      if (value !== undefined) floats[i] = value;
    }
  }

  rotation(sketch: Sketch, bytes: number): Float32Array {
    const { coarseRotation, fineRotation } = this.layout;
    return this.space.floatsAt(sketch === COARSE ? coarseRotation : fineRotation, bytes * bytes);
  }

  private get words(): Uint32Array {
    return this.space.wordsAt(this.layout.start, 64);
  }
}
