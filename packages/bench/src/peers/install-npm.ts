import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../peers/', import.meta.url));

export function installNpmPeers(): void {
  npm(['ci', '--no-workspaces']);
}

/**
 * hnswlib-node is installed twice from the same source: once as anybody gets it, once with the compiler told
 * to use all that this processor has. The second is built by hand, because npm has no flags a package.
 */
export function compileHnswlibNodeForThisProcessor(): void {
  npm(['rebuild', 'hnswlib-node-native', '--no-workspaces'], { CXXFLAGS: '-march=native' });
}

function npm(args: readonly string[], flags: Readonly<Record<string, string>> = {}): void {
  // The settings of the npm that runs this script would make the inner one work in the workspace.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'));
  execFileSync('npm', [...args], {
    cwd: folder,
    stdio: 'inherit',
    env: { ...Object.fromEntries(inherited), ...flags },
    shell: process.platform === 'win32',
  });
}
