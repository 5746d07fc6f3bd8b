/** The length of the model's vectors. */
export const DIMENSION = 384;
