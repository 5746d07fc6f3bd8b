/**
 * Compiles the engine to WebAssembly, twice: with SIMD, and with relaxed SIMD (fused multiply-add) for
 * runtimes that have it. The plain build gives the same bits on every processor.
 */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, '..', 'wasm');

// biome-ignore format: a flag stands beside its value
const SHARED = [
  '--runtime', 'stub',
  '--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536',
  '--memoryBase', '1024',
  '--enable', 'simd', '--enable', 'threads',
  '-O3', '--noAssert',
  '--path', 'node_modules',
];

await compile('engine.wasm', []);
await compile('engine-relaxed.wasm', ['--enable', 'relaxed-simd', '--use', 'RELAXED=1']);

async function compile(name: string, flags: readonly string[]): Promise<void> {
  mkdirSync(target, { recursive: true });
  const file = join(target, name);
  const started = performance.now();
  const { error, stderr } = await asc.main([join(here, 'index.ts'), '--outFile', file, ...SHARED, ...flags]);
  if (error) {
    process.stderr.write(`${stderr.toString()}\n`);
    throw error;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${name}: ${statSync(file).size} bytes in ${seconds} s\n`);
}
