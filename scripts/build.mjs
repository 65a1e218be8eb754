// Builds what runs into dist/: the servers file by file, the web faces as bundles. Plain JavaScript, because it
// runs before anything is built. Types are checked by `npm run types`, not here.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build as bundle } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const stamp = join(dist, '.stamp');
const serverFolders = ['gateway', 'engine', 'scripts', 'test'];
const webFolder = 'web-softphone';

/** Every file below `folder`, in a stable order. */
function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap(entry => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
}

/** What the build was made from: when it equals the stamp of the last build, there is nothing to do. */
function fingerprint() {
  const hash = createHash('sha256');
  const inputs = [...serverFolders, webFolder].flatMap(filesBelow).concat('package-lock.json');
  for (const path of inputs)
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)));
  return hash.digest('hex');
}

async function buildServers() {
  const files = serverFolders.flatMap(filesBelow);
  const sources = files.filter(path => extname(path) === '.ts');
  await bundle({
    absWorkingDir: root,
    entryPoints: sources,
    outdir: dist,
    outbase: root,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
  for (const path of files.filter(path => !['.ts', '.mjs'].includes(extname(path)))) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    cpSync(join(root, path), join(dist, path));
  }
}

async function buildWeb() {
  const common = {
    absWorkingDir: root,
    bundle: true,
    minify: true,
    sourcemap: true,
    target: 'es2022',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  };
  await bundle({
    ...common,
    entryPoints: [`${webFolder}/desktop/main.tsx`],
    outdir: join(dist, 'web/desktop'),
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    loader: { '.svg': 'dataurl', '.woff2': 'file' },
  });
  await bundle({
    ...common,
    entryPoints: { widget: `${webFolder}/widget/main.ts` },
    outdir: join(dist, 'web'),
    format: 'iife',
    loader: { '.css': 'text' },
  });
  for (const path of filesBelow(webFolder).filter(path =>
    ['.html', '.ico', '.svg', '.png', '.jpg'].includes(extname(path)),
  )) {
    const target = join(dist, 'web', relative(webFolder, path));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target);
  }
}

/** Builds when a source changed since the last build. Returns whether there was anything to build. */
export async function build() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;
  rmSync(dist, { recursive: true, force: true });
  await Promise.all([buildServers(), buildWeb()]);
  writeFileSync(stamp, wanted);
  return true;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = performance.now();
  const built = await build();
  console.log(
    built ? `built in ${Math.round(performance.now() - started)} ms` : 'nothing changed since the last build',
  );
}
