import { float32Text } from './float32-text.ts';

/**
 * JSON as every command prints it: like `JSON.stringify`, except that a `Float32Array` becomes an array of
 * the shortest decimals that read back as the same floats, minus zero included.
 */
export function jsonText(value: unknown): string {
  if (value instanceof Float32Array) return vectorText(value);
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item ?? null)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if ('toJSON' in value && typeof value.toJSON === 'function') return jsonText(value.toJSON());
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(',')}}`;
}

function vectorText(vector: Float32Array): string {
  let text = '[';
  for (let i = 0; i < vector.length; i++) text += `${i === 0 ? '' : ','}${float32Text(vector[i] ?? 0)}`;
  return `${text}]`;
}
