// Builds what runs into dist/: the servers file by file, the web faces as bundles. Plain JavaScript, because it
// runs before anything is built. Types are checked by `npm run types`, not here.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build as bundle, transform } from 'esbuild';

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

async function buildServers(out) {
  const files = serverFolders.flatMap(filesBelow);
  const sources = files.filter(path => extname(path) === '.ts');
  await bundle({
    absWorkingDir: root,
    entryPoints: sources,
    outdir: out,
    outbase: root,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    logLevel: 'warning',
  });
  for (const path of files.filter(path => !['.ts', '.mjs'].includes(extname(path)))) {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    cpSync(join(root, path), join(out, path));
  }
}

const web = {
  absWorkingDir: root,
  bundle: true,
  sourcemap: true,
  jsx: 'automatic',
  logLevel: 'warning',
  loader: { '.svg': 'dataurl', '.woff2': 'file', '.widget.css': 'text' },
};

/** The widget carries its styles as text, which nobody else makes small. */
const smallStyles = {
  name: 'small-styles',
  setup(bundling) {
    bundling.onLoad({ filter: /\.widget\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, 'utf8'), { loader: 'css', minify: true });
      return { contents: code, loader: 'text' };
    });
  },
};

async function buildWeb(out) {
  const page = {
    ...web,
    plugins: [smallStyles],
    minify: true,
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
  };
  await bundle({
    ...page,
    // The pages of administrators are loaded when they are opened, by this name: their styles are, too.
    entryPoints: {
      main: `${webFolder}/desktop/main.tsx`,
      admin: `${webFolder}/desktop/admin/admin.tsx`,
    },
    outdir: join(out, 'web/desktop'),
    format: 'esm',
    splitting: true,
  });
  await bundle({
    ...page,
    entryPoints: {
      widget: `${webFolder}/widget/main.ts`,
      'demo-shop/shop': `${webFolder}/demo-shop/shop.ts`,
    },
    outdir: join(out, 'web'),
    format: 'iife',
  });
  await bundle({
    ...page,
    entryPoints: {
      'widget-panel': `${webFolder}/widget/panel-module.ts`,
      'widget-later': `${webFolder}/widget/later.ts`,
      'widget-talk': `${webFolder}/widget/talk.ts`,
      'widget-en': `${webFolder}/widget/words/en.ts`,
      'widget-ko': `${webFolder}/widget/words/ko.ts`,
      'widget-ar': `${webFolder}/widget/words/ar.ts`,
    },
    outdir: join(out, 'web'),
    format: 'esm',
  });
  const copied = filesBelow(webFolder).filter(
    path =>
      ['.html', '.ico', '.svg', '.png', '.jpg'].includes(extname(path)) ||
      /(demo-shop|callback-page)\/[^/]+\.css$/.test(path),
  );
  for (const path of copied) {
    const target = join(out, 'web', relative(webFolder, path));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target);
  }
}

/** What a browser that takes less is sent instead: once made here, and not again for each visitor. */
async function compressWeb(out) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
  const text = readdirSync(join(out, 'web'), { recursive: true }).filter(path =>
    /\.(js|css|html|svg)$/.test(path),
  );
  await Promise.all(
    text.map(async path => {
      const whole = readFileSync(join(out, 'web', path));
      const smaller = {
        br: await promisify(brotliCompress)(whole, { params }),
        gz: await promisify(gzip)(whole, { level: 9 }),
      };
      for (const [ending, bytes] of Object.entries(smaller))
        writeFileSync(join(out, 'web', `${path}.${ending}`), bytes);
    }),
  );
}

/** The tests of the web faces run in Node, each bundled with what it tests: stylesheets and images are no modules there. */
async function buildWebTests(out) {
  const entryPoints = filesBelow(webFolder).filter(path => /\.test\.tsx?$/.test(path));
  await bundle({
    ...web,
    entryPoints,
    outdir: out,
    outbase: root,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  });
}

/**
 * Builds when a source changed since the last build. Returns whether there was anything to build. The new dist/
 * takes the place of the old one when it is complete: a build that fails or is interrupted leaves the old one.
 */
export async function build() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;
  const draft = `${dist}.${process.pid}.tmp`;
  const old = `${dist}.old.${process.pid}.tmp`;
  try {
    await Promise.all([
      buildServers(draft),
      buildWeb(draft).then(() => compressWeb(draft)),
      buildWebTests(draft),
    ]);
    writeFileSync(join(draft, '.stamp'), wanted);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(draft, dist);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
  return true;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = performance.now();
  const built = await build();
  console.log(
    built ? `built in ${Math.round(performance.now() - started)} ms` : 'nothing changed since the last build',
  );
}
