import fastifyStatic from '@fastify/static';
import type { FastifyPluginAsync } from 'fastify';

export interface WebFacesOptions {
  /** The folder the build has put the faces into. */
  folder: string;
  /** Where the desktop's softphone connects to. */
  softphoneOrigin: string;
}

const everywhere = [
  "default-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "img-src 'self' data:",
  "script-src 'self'",
];

/** The widget's script, the agents' desktop and the demo shop, each with the strictest policy it can live with. */
export const webFaces: FastifyPluginAsync<WebFacesOptions> = async (app, { folder, softphoneOrigin }) => {
  // Mantine positions menus and dialogs by style attributes; scripts stay ours alone.
  const desktopPolicy = [
    ...everywhere,
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self'",
    "media-src 'self' blob:",
    `connect-src 'self' ${softphoneOrigin}`,
  ];
  const faces = [
    {
      prefix: '/desktop/',
      root: `${folder}/desktop`,
      policy: desktopPolicy,
    },
    {
      prefix: '/shop/',
      root: `${folder}/demo-shop`,
      policy: [...everywhere, "style-src 'self'", "connect-src 'self'"],
    },
    {
      // One callback, named behind the #: looked at, moved, taken back without a login.
      prefix: '/callback/',
      root: `${folder}/callback-page`,
      policy: [...everywhere, "style-src 'self'", "connect-src 'self'"],
    },
  ];
  for (const { prefix, root, policy } of faces) {
    await app.register(fastifyStatic, {
      prefix,
      root,
      redirect: true,
      decorateReply: false,
      preCompressed: true,
      setHeaders: reply => {
        reply.setHeader('vary', 'accept-encoding');
        reply.setHeader('content-security-policy', policy.join('; '));
      },
    });
  }
  await app.register(fastifyStatic, {
    root: folder,
    serve: false,
    preCompressed: true,
    setHeaders: reply => reply.setHeader('vary', 'accept-encoding'),
  });
  // Addresses within the desktop: it is one page, which shows what its address says.
  for (const path of ['invitation', 'wallboard', 'voicemail', 'admin', 'admin/*'])
    app.get(`/desktop/${path}`, { schema: { hide: true } }, (_request, reply) =>
      reply.header('content-security-policy', desktopPolicy.join('; ')).sendFile('desktop/index.html'),
    );
  // Embedded by pages of other origins; all but the first are modules, which a browser fetches by CORS.
  for (const part of ['', '-panel', '-later', '-talk', '-en', '-ko', '-ar'])
    app.get(`/widget${part}.js`, { schema: { hide: true } }, (_request, reply) =>
      reply
        .header('cross-origin-resource-policy', 'cross-origin')
        .header('access-control-allow-origin', '*')
        .sendFile(`widget${part}.js`),
    );
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/desktop/'));
};
