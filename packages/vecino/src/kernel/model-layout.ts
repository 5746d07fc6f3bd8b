import { Regions, roundUp } from './regions.ts';

/** Addresses of what sketches need to know of the data as a whole; see `assembly/flat/model.ts`. */
export interface ModelLayout {
  readonly start: number;
  readonly mean: number;
  readonly axes: number;
  /** The rotation of each sketch, a square matrix. */
  readonly coarseRotation: number;
  readonly fineRotation: number;
  /** Scratch of the learning, beyond what a snapshot keeps: the axes to be, and their images. */
  readonly nextMean: number;
  readonly nextAxes: number;
  readonly images: number;
  /** The leading bytes that a snapshot keeps. */
  readonly storedBytes: number;
  readonly room: SketchRoom;
}

/** What there is room for before anything is known of the data. */
export interface SketchRoom {
  /** Bytes a slot, to be shared by its two sketches. */
  readonly bytes: number;
  readonly coarseMax: number;
  readonly fineMax: number;
  readonly axesMax: number;
}

/** Scalars at the start of the model, and of a query of a batch. */
const MODEL_HEAD = 256;

/** Below this many floats comparing vectors is as quick as comparing sketches. */
const SKETCHED_FLOATS_MIN = 16;

/** More axes than these cost more to learn and to project on than they save (Fashion-MNIST, MiniLM texts). */
const AXES_MAX = 192;

/** Half as much again as a byte a dimension, at most enough for a fine sketch of all axes beside a long coarse one. */
export function sketchRoomOf(floats: number): SketchRoom | undefined {
  if (floats < SKETCHED_FLOATS_MIN) return undefined;
  const whole = roundUp(floats, 16);
  return {
    bytes: Math.min(AXES_MAX + 128, whole + roundUp(whole / 2, 16)),
    coarseMax: Math.min(whole, 128),
    fineMax: Math.min(whole, AXES_MAX),
    axesMax: Math.min(floats, AXES_MAX),
  };
}

export function modelLayoutOf(
  start: number,
  vectorStride: number,
  room: SketchRoom,
): { readonly layout: ModelLayout; readonly end: number } {
  const regions = new Regions();
  regions.add(MODEL_HEAD);
  const mean = start + regions.add(vectorStride);
  const axes = start + regions.add(room.axesMax * vectorStride);
  const coarseRotation = start + regions.add(room.coarseMax ** 2 * 4);
  const fineRotation = start + regions.add(room.fineMax ** 2 * 4);
  const storedBytes = regions.end;
  const nextMean = start + regions.add(vectorStride);
  const nextAxes = start + regions.add(room.axesMax * vectorStride);
  const images = start + regions.add(room.axesMax * vectorStride);
  return {
    layout: {
      start,
      mean,
      axes,
      coarseRotation,
      fineRotation,
      nextMean,
      nextAxes,
      images,
      storedBytes,
      room,
    },
    end: start + regions.end,
  };
}

export function modelFields(model: ModelLayout): number[] {
  const { start, mean, axes, coarseRotation, fineRotation, nextMean, nextAxes, images } = model;
  return [start, mean, axes, coarseRotation, fineRotation, nextMean, nextAxes, images];
}
