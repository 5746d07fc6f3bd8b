/** The code of docs/embeddings.md, which quotes it. */
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { aiSdk, openaiCompatible, transformersJs } from '../../src/embedding.ts';

export function documentedProviders() {
  const apiKey = process.env['OPENAI_API_KEY'] ?? 'none';

  const hosted = openaiCompatible({ model: 'text-embedding-3-small', apiKey });
  const shorter = openaiCompatible({ model: 'text-embedding-3-large', dimension: 1_024, apiKey });
  const ollama = openaiCompatible({ url: 'http://localhost:11434/v1', model: 'nomic-embed-text' });
  const described = openaiCompatible({
    url: 'http://localhost:8000/v1',
    model: { name: 'our/model', dimension: 768, queryPrefix: 'query: ', documentPrefix: 'passage: ' },
  });

  const provider = createOpenAICompatible({ name: 'any', baseURL: 'https://example.org/v1', apiKey });
  const vercel = aiSdk(provider.textEmbeddingModel('bge-m3'), { concurrency: 2 });

  const local = transformersJs({ model: 'Xenova/bge-small-en-v1.5' });
  return { hosted, shorter, ollama, described, vercel, local };
}
