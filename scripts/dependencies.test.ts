import t from 'tap';
import { dependencyProblems } from './dependencies.js';

const manifest = { dependencies: { ws: '8.18.0', '@scope/part': '1.0.0-beta.2' } };
const lock = {
  packages: {
    '': { version: '0.1.0' },
    'node_modules/ws': { version: '8.18.0', license: 'MIT' },
    'node_modules/@scope/part': { version: '1.0.0-beta.2', license: '(WTFPL OR Apache-2.0)' },
    'node_modules/ws/node_modules/only': { version: '0.0.2' },
  },
};
const decisions = 'We take `ws` for WebSockets. Of `@scope` we need one part.';

t.test('dependencies in order', t => {
  t.strictSame(dependencyProblems(manifest, lock, decisions), []);
  t.end();
});

t.test('a range, a registry, a licence and a choice nobody explained are told', t => {
  const problems = dependencyProblems(
    { ...manifest, devDependencies: { tap: '^21.0.0' }, optionalDependencies: { wsx: '1.0.0' } },
    {
      packages: {
        ...lock.packages,
        'node_modules/bound': { resolved: 'https://registry.example.com/bound.tgz', license: 'ISC' },
        'node_modules/a/node_modules/closed': { license: 'SEE LICENSE IN EULA' },
        'node_modules/silent': {},
      },
    },
    decisions,
  );
  t.strictSame(problems, [
    'package.json: tap must be pinned to one version, not ^21.0.0',
    'package-lock.json: node_modules/bound is bound to registry.example.com',
    'closed: the licence SEE LICENSE IN EULA is not on the list in scripts/dependencies.ts',
    'silent: the licence none is not on the list in scripts/dependencies.ts',
    'wsx: no page of docs/decisions/ says why it was chosen',
  ]);
  t.end();
});
