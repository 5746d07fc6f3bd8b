/** How hard a search tries, and the values that are tried to find the recall of each. */

/** How hard one search tries. */
export interface Effort {
  /** The value of the engine's knob; a fraction where figures are interpolated, 0 for exact engines. */
  readonly effort: number;
  /**
   * Of how many times k candidates the vectors themselves are compared, for engines that leave that to their
   * user; 1 for all others.
   */
  readonly refine: number;
}

/** What an engine's user turns to have more found in more time. */
export interface Knob {
  readonly name: 'efSearch' | 'nprobe' | 'probes' | 'oversample';
  /** Values that are tried, rising. */
  readonly efforts: readonly number[];
  /** Values of `refine`, rising: each is tried with each effort, and the best pairs make the curve. */
  readonly refines: readonly number[];
}

/** What a search that has nothing to turn is asked with. */
export const NO_EFFORT: Effort = { effort: 0, refine: 1 };

/** A factor of about 1.4 apart. */
export const EF_SEARCH: Knob = {
  name: 'efSearch',
  efforts: [10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320, 448, 640, 896, 1_280, 1_792, 2_560],
  refines: [1],
};

export const NPROBE: Knob = {
  name: 'nprobe',
  efforts: [1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 90, 128, 181, 256, 362, 512, 724, 1_024],
  refines: [1],
};

/** FAISS compares the best codes again by vector; how many of them, its users choose beside nprobe. */
export const NPROBE_AND_REFINE: Knob = { ...NPROBE, refines: [1, 2, 4, 6, 8, 12, 16, 24, 32, 48] };

export const PROBES: Knob = {
  name: 'probes',
  efforts: [
    8, 11, 16, 23, 32, 45, 64, 90, 128, 181, 256, 362, 512, 724, 1_024, 1_448, 2_048, 2_896, 4_096, 5_793,
    8_192, 11_585, 16_384, 23_170, 32_768,
  ],
  refines: [1],
};

export const OVERSAMPLE: Knob = {
  name: 'oversample',
  efforts: [1, 1.5, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 90, 128, 181, 256, 362, 512, 724],
  refines: [1],
};
