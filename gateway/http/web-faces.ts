import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';

export interface WebFacesOptions {
  /** The folder the build has put the faces into. */
  folder: string;
  /** Where the desktop's softphone connects to. */
  softphoneOrigin: string;
}

/** The widget's script, the agents' desktop and the demo shop, each with the strictest policy it can live with. */
export const webFaces: FastifyPluginAsync<WebFacesOptions> = async (app, { folder, softphoneOrigin }) => {
  const base = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
  ];
  const policies: [prefix: string, policy: string[]][] = [
    // Mantine positions menus and dialogs by style attributes; scripts stay ours alone.
    [
      '/desktop/',
      [
        ...base,
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self'",
        "media-src 'self' blob:",
        `connect-src 'self' ${softphoneOrigin}`,
      ],
    ],
    ['/shop/', [...base, "script-src 'self'", "style-src 'self'", "connect-src 'self'"]],
  ];

  function setHeaders(reply: FastifyReply['raw'], path: string): void {
    const url = path
      .slice(folder.length)
      .replaceAll('\\', '/')
      .replace(/^\/?/, '/')
      .replace('/demo-shop/', '/shop/');
    const policy = policies.find(([prefix]) => url.startsWith(prefix))?.[1];
    if (policy) reply.setHeader('content-security-policy', policy.join('; '));
    // The widget is embedded by pages of other origins.
    if (url.startsWith('/widget.js')) reply.setHeader('cross-origin-resource-policy', 'cross-origin');
  }

  const options = {
    decorateReply: false,
    cacheControl: true,
    maxAge: 0,
    setHeaders: (reply: { setHeader(name: string, value: string): unknown }, path: string) =>
      setHeaders(reply as FastifyReply['raw'], path),
  };
  await app.register(fastifyStatic, {
    ...options,
    root: `${folder}/desktop`,
    prefix: '/desktop/',
    redirect: true,
  });
  await app.register(fastifyStatic, {
    ...options,
    root: `${folder}/demo-shop`,
    prefix: '/shop/',
    redirect: true,
  });
  await app.register(fastifyStatic, {
    ...options,
    root: folder,
    prefix: '/',
    decorateReply: true,
    serve: false,
  });
  app.get('/widget.js', { schema: { hide: true } }, (_request, reply) => reply.sendFile('widget.js'));
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/desktop/'));
};
