import type { EntrantName } from '../entrant.ts';

interface Style {
  readonly light: string;
  readonly dark: string;
  readonly dash: string;
}

/** Ours are cool, the others warm. Colours keep apart on white and on black, dashes help. */
const BLUE = { light: '#0b62c4', dark: '#62a8ff' } as const;
const GREEN = { light: '#0f7b52', dark: '#5fd3a2' } as const;
const TEAL = { light: '#0a6e7d', dark: '#5cd0e0' } as const;
const INDIGO = { light: '#4b3fbf', dark: '#a8a0ff' } as const;
const GREY = { light: '#57606a', dark: '#b1bac4' } as const;
const CRIMSON = { light: '#b3123f', dark: '#ff7f9f' } as const;
const RED = { light: '#c2410c', dark: '#ff9d5c' } as const;
const OCHRE = { light: '#7a6a00', dark: '#d9c74a' } as const;
const PURPLE = { light: '#8b2fa8', dark: '#d890f0' } as const;
const SOLID = 'none';
const DASHED = '6 4';
const DOTTED = '2 4';
const MIXED = '8 3 2 3';

const STYLES: Readonly<Partial<Record<EntrantName, Style>>> = {
  'vecino-engine': { ...GREEN, dash: SOLID },
  'vecino-ivf': { ...INDIGO, dash: SOLID },
  'vecino-ivf-raw': { ...INDIGO, dash: DOTTED },
  'vecino-ivf-binary': { ...INDIGO, dash: MIXED },
  'vecino-ivf-sq8': { ...INDIGO, dash: DASHED },
  'vecino-pq': { ...TEAL, dash: SOLID },
  'vecino-lsh': { ...GREY, dash: SOLID },
  vecino: { ...BLUE, dash: SOLID },
  'vecino-documents': { ...BLUE, dash: DASHED },
  hnswlib: { ...RED, dash: SOLID },
  'hnswlib-node': { ...OCHRE, dash: SOLID },
  'hnswlib-node-native': { ...OCHRE, dash: DASHED },
  usearch: { ...PURPLE, dash: SOLID },
  'vecino-flat': { ...BLUE, dash: DOTTED },
  'vecino-hnsw': { ...BLUE, dash: SOLID },
  lancedb: { ...RED, dash: DASHED },
  pgvector: { ...CRIMSON, dash: MIXED },
  postgres: { ...CRIMSON, dash: SOLID },
  chroma: { ...GREY, dash: MIXED },
  'sqlite-vec': { ...OCHRE, dash: DOTTED },
  'faiss-ivfpq': { ...CRIMSON, dash: SOLID },
  'faiss-ivfflat': { ...CRIMSON, dash: DASHED },
  'faiss-flat': { ...CRIMSON, dash: DOTTED },
};

/** How one engine is drawn in every picture. */
export function styleOf(name: EntrantName): Style {
  return STYLES[name] ?? { ...PURPLE, dash: DOTTED };
}

/** The part of a style sheet that pictures share; each engine's name is a class with its colour. */
export function commonStyle(names: readonly EntrantName[]): string {
  const colours = (theme: 'light' | 'dark') =>
    names.map((name) => `.${name}{stroke:${styleOf(name)[theme]};fill:${styleOf(name)[theme]}}`).join('');
  return `text{font:12px system-ui,-apple-system,'Segoe UI',sans-serif;stroke:none}
.title{font-size:16px;font-weight:600}.name{font-size:13px;font-weight:600}
.ground{fill:#fff}.title,.tick{fill:#1f2328}.note{fill:#59636e}.grid{stroke:#d1d9e0;stroke-width:1}${colours('light')}
@media (prefers-color-scheme:dark){.ground{fill:#0d1117}.title,.tick{fill:#e6edf3}.note{fill:#9198a1}.grid{stroke:#30363d}${colours('dark')}}`;
}
