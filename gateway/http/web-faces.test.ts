import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import Fastify from 'fastify';
import t from 'tap';
import { webFaces } from './web-faces.js';

t.test('who takes compressed files gets them', async t => {
  const folder = t.testdir();
  for (const name of ['desktop', 'demo-shop', 'callback-page']) mkdirSync(join(folder, name));
  const text = `const long = '${'x'.repeat(2_000)}';`;
  for (const file of ['widget.js', 'desktop/main.js']) {
    writeFileSync(join(folder, file), text);
    writeFileSync(join(folder, `${file}.br`), brotliCompressSync(text));
  }
  const app = Fastify();
  t.teardown(() => app.close());
  await app.register(webFaces, { folder, softphoneOrigin: 'wss://example.com' });
  for (const url of ['/widget.js', '/desktop/main.js']) {
    const small = await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
    t.match(small.headers, {
      'content-encoding': 'br',
      'content-type': /javascript/,
      vary: /accept-encoding/i,
    });
    t.equal(brotliDecompressSync(small.rawPayload).toString(), text);
    const whole = await app.inject({ url });
    t.notOk(whole.headers['content-encoding']);
    t.equal(whole.body, text);
  }
  const widget = await app.inject({ url: '/widget.js', headers: { 'accept-encoding': 'br' } });
  t.equal(widget.headers['cross-origin-resource-policy'], 'cross-origin');
});

t.test('the addresses within the desktop are its page, also where one begins at them', async t => {
  const folder = t.testdir({
    'demo-shop': {},
    'callback-page': {},
    desktop: { 'index.html': 'the desktop' },
  });
  const app = Fastify();
  t.teardown(() => app.close());
  await app.register(webFaces, { folder, softphoneOrigin: 'wss://example.com' });
  for (const path of ['', 'invitation', 'wallboard', 'voicemail', 'admin', 'admin/queues/new']) {
    const { statusCode, body, headers } = await app.inject({ url: `/desktop/${path}` });
    t.match({ statusCode, body }, { statusCode: 200, body: 'the desktop' }, path);
    t.match(headers['content-security-policy'], /default-src/, path);
  }
  t.equal((await app.inject({ url: '/desktop/nothing' })).statusCode, 404);
});
