/** A file of the folder `model/`, which lies beside both `src/` and `dist/`. */
export function modelFile(name: string): URL {
  return new URL(`../model/${name}`, import.meta.url);
}
